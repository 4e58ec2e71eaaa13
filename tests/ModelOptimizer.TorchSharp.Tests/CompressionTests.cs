using ModelOptimizer.Pipeline.Plan;
using ModelOptimizer.Pipeline.Running;
using ModelOptimizer.Pipeline.Tests.Running;
using ModelOptimizer.Tensors.Devices;
using ModelOptimizer.Tensors.LinearAlgebra;
using ModelOptimizer.Testing;

namespace ModelOptimizer.TorchSharp.Tests;

/// <summary>A whole run, as the command line starts it.</summary>
public sealed class CompressionTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public CompressionTests() => Environment.SetEnvironmentVariable(LinearAlgebraBackends.FolderVariable, BackendFixture.Folders);

    [Theory]
    [InlineData("tucker")]
    [InlineData("cp")]
    public void A_model_comes_out_as_with_the_built_in_library_and_in_a_class_of_its_own(string method)
    {
        var builtIn = Run(method, null);
        var torch = Run(method, LinearAlgebraWord.TorchSharp);

        torch.DeviceClass.ShouldMatch(@"^cpu/[^+]+\+torchsharp\d+\.\d+\.\d+\+ort\d");
        builtIn.DeviceClass.ShouldNotContain("torchsharp");
        var (layers, expected) = (torch.Steps.Single().Layers, builtIn.Steps.Single().Layers);
        layers.Select(layer => layer.Ranks).ShouldBe(expected.Select(layer => layer.Ranks));
        layers.Count(layer => layer.RelativeError is not null).ShouldBeGreaterThan(3);
        layers.Select(layer => layer.RelativeError ?? 0).ShouldBe(expected.Select(layer => layer.RelativeError ?? 0), 1e-6);
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(LinearAlgebraBackends.FolderVariable, null);
        _folder.Dispose();
    }

    private ModelReport Run(string method, string? algebra)
    {
        ResidualNetwork.Create().Save(_folder["model.onnx"]);
        File.WriteAllText(_folder["modelopt.yaml"], $$"""
            version: 1
            device: cpu
            models:
              small:
                source: model.onnx
                calibrate: { random: 16 }
                compress: [{ method: {{method}}, ranks: 50% }]
            """);
        var result = CompressionRunner.Run(
            new RunOptions
            {
                ManifestPath = _folder["modelopt.yaml"],
                OutputDirectory = _folder["out"],
                LinearAlgebra = algebra,
            },
            new RecordingObserver(),
            CancellationToken.None
        );
        result.ExitCode.ShouldBe(ExitCode.Passed, string.Join('\n', result.Diagnostics));
        return result.Models.Single();
    }
}
