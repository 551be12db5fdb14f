import { Button, Overflow } from "./Button";
import { Checkboxes, Radio } from "./Choices";
import { DatePicker, DateTimePicker, TimePicker } from "./Dates";
import type { ElementProps } from "./deed";
import { Picture } from "./Picture";
import { Select } from "./Select";
import { RichTextInput, Typed } from "./Typed";

/** One Block Kit element, whatever its kind. */
export function Element(props: ElementProps) {
  const type: string = props.element?.type ?? "";
  if (type.endsWith("_select")) return <Select {...props} />;
  switch (type) {
    case "button":
    case "workflow_button": return <Button {...props} />;
    case "overflow": return <Overflow {...props} />;
    case "radio_buttons": return <Radio {...props} />;
    case "checkboxes": return <Checkboxes {...props} />;
    case "datepicker": return <DatePicker {...props} />;
    case "timepicker": return <TimePicker {...props} />;
    case "datetimepicker": return <DateTimePicker {...props} />;
    case "rich_text_input": return <RichTextInput {...props} />;
    case "plain_text_input":
    case "email_text_input":
    case "url_text_input":
    case "number_input": return <Typed {...props} />;
    case "image": return <Picture url={props.element.image_url} alt={props.element.alt_text} small />;
    case "file_input": return <em className="hint">Files cannot be sent in this workspace; the form goes without one.</em>;
    default: return <em className="hint">This page does not know the element “{type}”.</em>;
  }
}
