using ModelOptimizer.Methods.Convex.Students;
using ModelOptimizer.Methods.Ranks;
using ModelOptimizer.Tensors;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Training;

namespace ModelOptimizer.Methods.Convex.Mlp;

/// <summary>What enters a block and what leaves it, one sample a row.</summary>
/// <param name="Inputs">X, n×d.</param>
/// <param name="Targets">Y, n×c.</param>
internal sealed record VectorPairs(Matrix Inputs, Matrix Targets)
{
    /// <summary>Reads all samples; what enters is flattened.</summary>
    /// <exception cref="DiagnosticException">There are none, or they differ in shape (MOC3304).</exception>
    public static VectorPairs Read(IBatchSource activations, CancellationToken cancellation)
    {
        var samples = SampleStore.Read(activations, cancellation);
        var columns = samples.Buffers([BlockActivations.Input, BlockActivations.Target], samples.Count);
        samples.Fill(columns, [.. Enumerable.Range(0, samples.Count)]);
        return new VectorPairs(Rows(columns[BlockActivations.Input]), Rows(columns[BlockActivations.Target]));
    }

    private static Matrix Rows(HostTensor column)
    {
        var values = FloatingPoint.Read(column);
        var samples = checked((int)column.Shape[0]);
        return new Matrix(samples, values.Length / samples, values);
    }
}
