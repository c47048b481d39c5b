import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.javarosa.core.model.FormDef;
import org.javarosa.core.model.data.IAnswerData;
import org.javarosa.core.model.data.StringData;
import org.javarosa.core.model.instance.InstanceInitializationFactory;
import org.javarosa.core.model.instance.TreeElement;
import org.javarosa.xform.util.XFormUtils;
import org.opendatakit.validate.ErrorListener;
import org.opendatakit.validate.FormValidator;

/**
 * Fills in forms as a phone does and prints what they work out. Reads, a line each, parts separated by tabs:
 * form PATH, items NAMES, scores NAMES, row ANSWERS. Prints after each form the faults that ODK Validate finds,
 * after each row its scores.
 */
public class PhoneScores {
    public static void main(String[] arguments) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, "UTF-8"));
        FormDef form = null;
        Map<String, TreeElement> fields = new HashMap<>();
        String[] items = {}, scores = {};
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] parts = line.split("\t", -1);
            switch (parts[0]) {
                case "form" -> {
                    byte[] text = Files.readAllBytes(Path.of(parts[1]));
                    System.out.println("faults\t" + faults(text));
                    form = XFormUtils.getFormFromInputStream(new ByteArrayInputStream(text));
                    form.initialize(true, new InstanceInitializationFactory());
                    fields.clear();
                    collect(form.getMainInstance().getRoot(), fields);
                }
                case "items" -> items = parts;
                case "scores" -> scores = parts;
                default -> {
                    for (int i = 1; i < items.length; i++) {
                        IAnswerData answer = parts[i].isEmpty() ? null : new StringData(parts[i]);
                        form.setValue(answer, fields.get(items[i]).getRef(), true);
                    }
                    StringBuilder out = new StringBuilder("row");
                    for (int i = 1; i < scores.length; i++) {
                        IAnswerData value = fields.get(scores[i]).getValue();
                        out.append('\t').append(value == null ? "" : value.uncast().getString());
                    }
                    System.out.println(out);
                }
            }
        }
    }

    private static void collect(TreeElement node, Map<String, TreeElement> fields) {
        fields.put(node.getName(), node);
        for (int i = 0; i < node.getNumChildren(); i++) {
            collect(node.getChildAt(i), fields);
        }
    }

    private static String faults(byte[] text) {
        StringBuilder found = new StringBuilder();
        new FormValidator().setErrorListener(new ErrorListener() {
            public void error(Object fault) { found.append(fault).append("; "); }
            public void error(Object fault, Throwable cause) { found.append(fault).append(": ").append(cause).append("; "); }
            public void info(Object said) {}
        }).validate(text);
        return found.toString().replaceAll("\\s+", " ");
    }
}
