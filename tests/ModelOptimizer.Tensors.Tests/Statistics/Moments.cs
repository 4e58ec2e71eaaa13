using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.LinearAlgebra;
using ModelOptimizer.Tensors.Statistics;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Tensors.Tests.Statistics;

/// <summary>Moments as they are collected, and as the vectors say that they are.</summary>
internal static class Moments
{
    /// <summary>A model with its input again as <c>tap</c>.</summary>
    public static OnnxModel Identity(int rank) => new GraphBuilder()
        .Input("x", [.. Enumerable.Repeat(-1L, rank)])
        .Node("Identity", ["x"], ["tap"])
        .Node("Relu", ["tap"], ["y"])
        .Output("y")
        .Build();

    /// <summary>The mean of v·vᵀ.</summary>
    public static Matrix Of(IEnumerable<double[]> vectors)
    {
        var all = vectors.ToList();
        var size = all[0].Length;
        var result = new Matrix(size, size);
        for (var i = 0; i < result.Values.Length; i++)
        {
            result.Values[i] = all.Sum(vector => vector[i / size] * vector[i % size]) / all.Count;
        }

        return result;
    }

    /// <summary>The moment of <c>tap</c> as it is added up.</summary>
    public static SecondMoment Collect(Engine engine, Batches batches, int rank, ConvGeometry? window)
    {
        var key = new MomentKey("tap", window);
        return Collect(engine, Identity(rank), batches, key)[key];
    }

    /// <summary>Moments as they are added up, before they are rounded to what is kept.</summary>
    public static IReadOnlyDictionary<MomentKey, SecondMoment> Collect(Engine engine, OnnxModel model, IBatchSource batches, params MomentKey[] keys)
    {
        using var pass = new MomentPass(engine, model, [.. keys.Select(key => key.Tensor).Distinct()], keys, long.MaxValue);
        return pass.Run(batches, CancellationToken.None).ToDictionary(found => found.Key, found => found.Moment);
    }
}
