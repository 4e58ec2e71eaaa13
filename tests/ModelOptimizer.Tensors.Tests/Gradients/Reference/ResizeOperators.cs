namespace ModelOptimizer.Tensors.Tests.Gradients.Reference;

internal static partial class ReferenceOperators
{
    private static void AddResizes()
    {
        All.Add("Upsample", (_, x, _) => [Repeat(x[0], x[1].Values)]);
        All.Add("Resize", (_, x, opset) => [
                Repeat(
                    x[0],
                    opset < 11 ? x[1].Values
                        : x.Length < 4 ? x[2].Values
                        : [.. x[3].Values.Zip(x[0].Shape, (size, extent) => size / extent)]
                ),
            ]);
    }

    private static Real Repeat(Real input, double[] scales)
    {
        var result = Real.Zeros([.. input.Shape.Zip(scales, (extent, scale) => (long)(extent * scale))]);
        foreach (var index in Real.Indices(result.Shape))
        {
            result[index] = input[[.. index.Zip(scales, (i, scale) => (long)(i / scale))]];
        }

        return result;
    }
}
