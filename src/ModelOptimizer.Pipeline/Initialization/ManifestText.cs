using System.Text;
using ModelOptimizer.Pipeline.Manifest;

namespace ModelOptimizer.Pipeline.Initialization;

/// <summary>A first manifest as YAML, with comments for its reader.</summary>
internal static class ManifestText
{
    public static string Of(ManifestDraft draft)
    {
        var text = new StringBuilder($"{ManifestSchema.Comment(ManifestSchema.FileName)}\nversion: 1\n");
        if (draft.Device is { } device)
        {
            text.Append($"device: {YamlText.Of(device)}    # a build without it fails; auto takes the best that a machine has\n");
        }

        if (draft.Data is { } data)
        {
            text.Append(Dataset(data));
        }

        return text.Append(Model(draft)).ToString();
    }

    private static string Dataset(DataDraft data)
    {
        var path = data.Path is null ? "" : $"    path: {data.Path}\n";
        var labels = data.Labels is null ? "" : $"    labels: {data.Labels}\n";
        var preprocess = data.Preprocess.Length == 0
            ? "    # preprocess: { scale: 1/255 }    what the model was trained with; nothing is done to the values without it\n"
            : $"    preprocess: {data.Preprocess}    # check: it must be what the model was trained with\n";
        return $$"""

            datasets:
              samples:
            {{path}}    inputs: { {{string.Join(", ", data.Inputs.Select(input => $"{input.Input}: {input.Array}"))}} }
            {{labels}}{{(
                data.Measured is null ? "" : $"    # {data.Measured}\n"
            )}}{{preprocess}}    # Methods look at one part, gates are decided on the other. With a test set of its own, make it a second dataset.
                split: { calibration: {{data.Calibration}}%, test: {{100 - data.Calibration}}% }

            """.ReplaceLineEndings("\n");
    }

    private static string Model(ManifestDraft draft)
    {
        var measured = draft.Data is { } data
            ? $$"""
                    calibrate: { dataset: samples/calibration, samples: {{data.Samples}} }
                    evaluate: { dataset: samples/test, {{(data.TestSamples is { } test ? $"samples: {test}, " : "")}}metrics: [{{data.Metric}}] }

                """
            : draft.UnknownDomain is { } domain ? $$"""
                    # ONNX Runtime does not know the operators of the domain {{YamlText.Of(domain)}}: nothing is measured. With the library that registers them
                    # methods see random inputs, or samples (docs/data.md):
                    # custom-ops: [libops.so]
                    # calibrate: { random: 64 }

                """
            : """
                    # Without samples methods see random inputs, and gates cannot say whether the model is still right.
                    # docs/data.md shows how data is declared; then calibrate: { dataset: … } and evaluate: { dataset: … }.
                    calibrate: { random: 64 }

                """;
        var (step, gate) = draft.Data is null
            ? (
                "- { method: quantize, weights: 8, rounding: nearest }    # loses next to nothing; where outputs fail, leave 'rounding' out: "
                    + "slower, and nearer",
                (draft.UnknownDomain is null ? "- output-error: { max: 0.14 }    # of the outputs on random inputs, a cosine of 0.99\n      " : "")
                    + $"- size: {{ max: {draft.Size}% }}"
            )
            : (
                "- method: auto    # the fewest shipped bytes that pass the gates; modelopt methods lists what to write instead",
                $"- {draft.Data.Metric}: {{ {(draft.Data.Metric == "cosine" ? "min: 99%" : "max-drop: 1%")} }}    # against the original, on the same samples"
            );
        return $$"""

            models:
              {{draft.Model}}:
                source: {{draft.Source}}
            {{measured.ReplaceLineEndings("\n")}}
                compress:
                  {{step}}

                gates:    # all must hold, or the build fails
                  {{gate}}

                embed:
                  resource: {{YamlText.Of(Path.GetFileName(draft.Source.Trim('"')))}}
                  accessor: {{draft.Accessor}}    # the class your code uses
                  compression: auto    # packed in the assembly; the class unpacks it

            """.ReplaceLineEndings("\n");
    }
}
