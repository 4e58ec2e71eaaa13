using ModelOptimizer.Methods.Ranks;
using ModelOptimizer.Tensors;
using ModelOptimizer.Tensors.Data;

namespace ModelOptimizer.Methods.NnBcd.Networks;

/// <summary>
/// The windows that a convolution sees, as the columns of a matrix. Windows are slowest and samples fastest, so that filters×(windows·n), read with the same numbers as
/// (filters·windows)×n, is the flattened output that the next layer takes.
/// </summary>
internal static class Patches
{
    /// <summary>P, (channels·taps)×(windows·n).</summary>
    public static Matrix Read(StepContext context, OnnxModel model, WeightLayer layer, IBatchSource calibration)
    {
        var samples = calibration.Count;
        long[] output = context.Shapes[layer.Node.Output[0]][2..];
        var windows = (int)output.Aggregate(1L, (product, extent) => product * extent);
        var patches = new Matrix(layer.InputChannels * layer.Window!.Taps, windows * samples);
        var first = 0;
        foreach (var (batch, values) in Activations.Read(context.Engine, model, [layer.Input], calibration))
        {
            context.Cancellation.ThrowIfCancellationRequested();
            var (image, shape) = (FloatingPoint.Read(values[0]), values[0].Shape);
            PatchMatrix.Fill(patches, image, shape, layer.Window.Resolve(shape[2..]), output, samples, first);
            first += (int)shape[0];
        }

        return patches;
    }
}
