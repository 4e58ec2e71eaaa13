using ModelOptimizer.Onnx;

namespace ModelOptimizer.Bench;

/// <summary>The shared MNIST network: three convolutions and a head of two Gemms, 376,938 weights.</summary>
internal static class BurnNetwork
{
    /// <summary>A manifest that is evaluated on 10,000 images.</summary>
    /// <param name="shared">The folder that holds data/.</param>
    /// <param name="samples">Images to calibrate on.</param>
    /// <param name="keys">More of the model's keys, such as <c>compress</c>, with values in flow style.</param>
    public static string Manifest(string shared, int samples, params string[] keys)
    {
        var data = MnistData.Folder(shared);
        var model = Path.Combine(data, "mnist_burn_convbn.onnx");
        return $$"""
            version: 1
            device: cpu
            {{MnistData.Datasets(data, OnnxModel.Load(model).Graph.Input[0].Name, "scale: 1/255, mean: [0.1307], std: [0.3081]")}}
            models:
              mnist:
                source: {{model}}
                calibrate: { dataset: train, samples: {{samples}} }
                evaluate: { dataset: test, metrics: [top1] }
                {{string.Join("\n    ", keys)}}
            """;
    }
}
