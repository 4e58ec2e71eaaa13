using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Onnx.Statistics;

namespace ModelOptimizer.Bench;

/// <summary>ResNet-20 on CIFAR-10: 512 calibration images, 5,000 test images, the layers with 3×3 kernels but the first.</summary>
internal sealed class ResNet20
{
    private readonly string _data;
    private readonly OnnxModel _model;

    public ResNet20(string shared)
    {
        _data = Path.GetFullPath(Path.Combine(shared, "data", "cifar10"));
        Source = Path.Combine(_data, "cifar_resnet20_akamaster.onnx");
        _model = OnnxModel.Load(Source);
        Layers = [.. LayerFinder.Find(_model).Where(layer => layer.Window is { Taps: 9 }).Skip(1)];
    }

    public string Source { get; }

    /// <summary>The model's input.</summary>
    public string Input => _model.Graph.Input[0].Name;

    public IReadOnlyList<WeightLayer> Layers { get; }

    /// <summary>The weights of those layers.</summary>
    public long Own => Layers.Sum(layer => layer.WeightCount);

    /// <summary>The parameters of the whole model when its layers keep a share of theirs.</summary>
    public long Budget(double share) => ModelStatistics.Parameters(_model) - (Own - (long)Math.Floor(share * Own));

    /// <param name="method">The method and its options.</param>
    /// <param name="layers">The layers.</param>
    /// <param name="goal">How small.</param>
    /// <param name="look">Sees the compressed model before it goes.</param>
    /// <param name="cache">What earlier rows left; null to compute everything.</param>
    public (ModelReport Report, double Seconds) Measure(
        string method,
        IReadOnlyList<WeightLayer> layers,
        string goal,
        Action<string>? look = null,
        string? cache = null
    )
    {
        using var workspace = new Workspace();
        var (report, profile) = workspace.Run(
            Manifest("cpu", "1", samples: 512, $"{{ method: {method}, layers: [{string.Join(", ", layers.Select(layer => $"\"{layer.Name}\""))}], {goal} }}"),
            cache
        );
        look?.Invoke(report.Output!);
        return (report, profile.TotalSeconds);
    }

    /// <summary>Runs one step with training images, all 4,000 if it is not said.</summary>
    /// <param name="step">A method with its options.</param>
    /// <param name="device">The manifest's device.</param>
    /// <param name="seed">The manifest's seed.</param>
    /// <param name="look">Sees the model that came out before it goes.</param>
    /// <param name="samples">How many images.</param>
    public (ModelReport Report, Profile Profile) Measure(string step, string device, string seed, Action<string>? look = null, int samples = 4000)
    {
        using var workspace = new Workspace();
        var measured = workspace.Run(Manifest(device, seed, samples, $"{{ {step} }}"));
        look?.Invoke(measured.Report.Output!);
        return measured;
    }

    /// <param name="device">The manifest's device.</param>
    /// <param name="seed">The manifest's seed.</param>
    /// <param name="samples">Images to calibrate on.</param>
    /// <param name="step">A step in flow style.</param>
    public string Manifest(string device, string seed, int samples, string step) => $$"""
        version: 1
        device: {{device}}
        seed: {{seed}}
        datasets:
          train:
            path: {{_data}}/train-4000.npz
            inputs: { "{{_model.Graph.Input[0].Name}}": images }
            labels: labels
            preprocess: { {{CifarImages.Preprocess}} }
          test:
            path: {{_data}}/test-5000-jpeg.npz
            inputs: { "{{_model.Graph.Input[0].Name}}": images }
            labels: labels
            preprocess: { {{CifarImages.Preprocess}} }
        models:
          resnet20:
            source: {{Source}}
            calibrate: { dataset: train, samples: {{samples}} }
            evaluate: { dataset: test, metrics: [top1] }
            compress:
              - {{step}}
        """;
}
