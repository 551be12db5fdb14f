import { createRoot } from "react-dom/client";
import { App } from "./App";
import { listen, refresh } from "./live";
import "./styles/index.css";

void refresh();
listen();
createRoot(document.getElementById("page")!).render(<App />);
