using System.Globalization;
using ModelOptimizer.Onnx;

namespace ModelOptimizer.Bench;

/// <summary>A model, its data, and how much accuracy it may lose.</summary>
internal sealed record AutoCase(string Name, string Source, string Datasets, string Calibrate, double Limit)
{
    /// <summary>How the gate decides: by the measured number, and at the default level.</summary>
    public static IReadOnlyList<string> Confidences { get; } = ["none", "95%"];

    public static IEnumerable<AutoCase> All(string shared)
    {
        var (cifar, mnist) = (Path.GetFullPath(Path.Combine(shared, "data", "cifar10")), Path.GetFullPath(Path.Combine(shared, "data", "mnist")));
        var (resnet, convolutional) = (Path.Combine(cifar, "cifar_resnet20_akamaster.onnx"), Path.Combine(mnist, "mnist_burn_convbn.onnx"));
        const string Colours = "preprocess: { scale: 1/255, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }";
        const string Grey = "preprocess: { scale: 1/255, mean: [0.1307], std: [0.3081] }";
        yield return new AutoCase("MNIST CNN", convolutional, $$"""
              train: { inputs: { "{{Input(convolutional)}}": {{mnist}}/train-images-idx3-ubyte.gz }, labels: {{mnist}}/train-labels-idx1-ubyte.gz, {{Grey}} }
              test: { inputs: { "{{Input(convolutional)}}": {{mnist}}/t10k-images-idx3-ubyte.gz }, labels: {{mnist}}/t10k-labels-idx1-ubyte.gz, {{Grey}} }
            """, "{ dataset: train, samples: 1024 }", 0.003);
        yield return new AutoCase("ResNet-20", resnet, $$"""
              train: { path: {{cifar}}/train-4000.npz, inputs: { "{{Input(resnet)}}": images }, labels: labels, {{Colours}} }
              test: { path: {{cifar}}/test-5000-jpeg.npz, inputs: { "{{Input(resnet)}}": images }, labels: labels, {{Colours}} }
            """, "{ dataset: train }", 0.01);
    }

    /// <param name="goal">How small.</param>
    /// <param name="limit">The largest drop of top-1.</param>
    /// <param name="confidence">How the gate decides; null for one gate of each kind.</param>
    public string Manifest(string goal, double limit, string? confidence) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            version: 1
            device: cpu
            datasets:
            {{Datasets}}
            models:
              model:
                source: {{Source}}
                calibrate: {{Calibrate}}
                evaluate: { dataset: test, metrics: [top1] }
                compress:
                  - method: tucker
                    {{goal}}
                gates:
            {{string.Join(
                '\n',
                (confidence is null ? Confidences : [confidence]).Select(level =>
                    string.Create(CultureInfo.InvariantCulture, $"      - top1: {{ max-drop: {100 * limit:0.######}%, confidence: {level} }}")
                )
            )}}
            """
        );

    private static string Input(string model) => OnnxModel.Load(model).Graph.Input[0].Name;
}
