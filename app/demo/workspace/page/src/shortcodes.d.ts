declare module "shortcodes" {
  const table: Record<string, string>;
  export default table;
}
declare module "*.css";
