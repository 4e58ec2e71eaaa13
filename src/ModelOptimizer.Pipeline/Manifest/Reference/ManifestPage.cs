using System.Text;
using ModelOptimizer.Methods.Convex;

namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>The reference of the manifest, <c>docs/manifest.md</c>, from the declarations that the reader goes by.</summary>
internal static class ManifestPage
{
    private static readonly string Head = $$"""
        # The manifest

        <!-- Made from the declarations in the sources; CONTRIBUTING.md says how. -->

        A manifest is a YAML file, `modelopt.yaml` beside the csproj unless the project names others. `modelopt init` writes a first one. Unknown
        keys, wrong types and missing units are errors with line and column. Paths are relative to the manifest.

        `modelopt schema` writes `{{ManifestSchema.FileName}}`, by which editors with a YAML language server (VS Code, Rider and others) complete
        keys, show this page's texts and mark mistakes while you type. The manifest's first line names it:

        ```yaml
        {{ManifestSchema.Comment(ManifestSchema.FileName)}}
        version: 1
        datasets:
          all: { path: data/digits.npz, inputs: { image: images }, labels: labels, split: { train: 80%, test: 20% } }
        models:
          digits:
            source: models/digits.onnx
            calibrate: { dataset: all/train, samples: 512 }
            evaluate: { dataset: all/test, metrics: [top1] }
            compress:
              - { method: tucker, budget: { size: 40% } }
            gates:
              - top1: { max-drop: 0.5% }
              - size: { max: 45% }
            embed: { resource: Digits.onnx, accessor: DigitsModel }
        ```

        """;

    private const string Layers = """
        **Layer rules** are names or globs (`conv*`), `re:` and a regular expression, or `type:` and an operator (`type:Gemm`); `!` in front excludes,
        and the last rule that matches a layer decides. In quotation marks, since `*` and `!` mean something in YAML. A rule that matches nothing is
        an error. `modelopt layers model.onnx` lists the names.

        **Quantities**: `40%` is a share of the original's. Sizes have units, `KB` is 1000 bytes and `KiB` 1024; counts may have `k`, `M` or `G`.

        """;

    private const string Gates = """
        Each entry has one metric with its limits: `- top1: { max-drop: 0.5%, min: 97% }`. [gates.md](gates.md) says how gates are decided.

        """;

    private const string Metrics = """
        Which limits a metric takes, and how they are written; of `topK` any K is a metric. With `evaluate: { command: … }` every other name is a
        number that the command prints.

        """;

    /// <summary>The page for manifests whose steps may name <paramref name="methods"/>.</summary>
    public static string Text(IReadOnlyList<IMethod> methods)
    {
        var page = new StringBuilder(Head.ReplaceLineEndings("\n"));
        void Chapter(string title, string intro, KeySet keys) =>
            page.Append($"\n{title}\n\n{intro.ReplaceLineEndings("\n")}{(intro.Length == 0 ? "" : "\n")}{KeyTable.Of(keys)}");

        Chapter("## Top level", "", ManifestKeys.All);
        Chapter("## An entry of `datasets`", "[data.md](data.md) has an example of every format.\n", DatasetKeys.All);
        Chapter("### `preprocess`", "(value · scale − mean) / std, for all inputs of the dataset.\n", PreprocessKeys.All);
        Chapter("## An entry of `models`", "", ModelKeys.All);
        Chapter("### `calibrate`", "", CalibrateKeys.All);
        Chapter("### `evaluate`", "A dataset, a command, or both.\n", EvaluateKeys.All);
        Chapter("### `embed`", "Either `resource` or `copy`.\n", EmbedReader.Keys);
        Chapter("## A step of `compress`", Layers, StepKeys.All);
        Chapter(
            "### `budget`",
            "`budget: auto` searches the smallest model that passes the gates ([search.md](search.md)); otherwise one of `size`, `params` and `macs` says what "
                + "may remain of the whole model.\n",
            Budget.Keys
        );
        foreach (var method in methods)
        {
            Chapter($"### `{method.Name}`", $"{method.Summary}\n\n{method.Paper}\n", new KeySet(method.Options));
        }

        Chapter("### `block`, where it names tensors", "", BlockReference.Keys);
        Chapter("### `certificate`", "", ConvexKeys.Certificate);
        Chapter("## A gate of `gates`", Gates, GateKeys.All);
        return page.Append($"\n### Metrics and limits\n\n{Metrics.ReplaceLineEndings("\n")}\n{GateTable.Text()}").ToString();
    }
}
