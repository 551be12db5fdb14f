import { createRoot } from "react-dom/client";
import { App } from "./App";
import { listen } from "./live";
import "./styles/index.css";

listen();
createRoot(document.getElementById("page")!).render(<App />);
