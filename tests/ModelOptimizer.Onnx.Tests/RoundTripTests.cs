using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Testing;
using Xunit.Abstractions;

namespace ModelOptimizer.Onnx.Tests;

public sealed class RoundTripTests(ITestOutputHelper output)
{
    [SharedDataFact]
    public void Smoke()
    {
        foreach (var name in SharedData.Models())
        {
            try
            {
                var model = OnnxModel.Load(SharedData.Path(name));
                var same = model.ToBytes().AsSpan().SequenceEqual(File.ReadAllBytes(SharedData.Path(name)));
                output.WriteLine($"{name} {same} {model.SizeInBytes} {model.FileSizeInBytes} ir{model.Proto.IrVersion} {model.Proto.ProducerName}");
                foreach (var layer in LayerFinder.Find(model))
                {
                    output.WriteLine($"   {layer.Name} {layer.Kind} [{string.Join(",", layer.WeightShape)}] {layer.Input}->{layer.Output} bias {layer.Bias} bn {layer.BatchNormalization?.Name} {layer.Window?.AutoPad} p{string.Join(",", layer.Window?.Pads ?? [])} {layer.Obstacle}");
                }
            }
            catch (DiagnosticException e)
            {
                output.WriteLine($"{name} {e.Diagnostic}");
            }
        }
    }
}
