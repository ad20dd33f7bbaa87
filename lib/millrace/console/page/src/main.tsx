import { render } from "preact";
import { App } from "./App.tsx";
import { begin } from "./state/theme.ts";
import "./styles/theme.css";
import "./styles/shell.css";
import "./styles/parts.css";
import "./styles/pages.css";

begin();
render(<App />, document.getElementById("page")!);
