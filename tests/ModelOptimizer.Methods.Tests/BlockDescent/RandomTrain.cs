using ModelOptimizer.Tensors.LinearAlgebra;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Methods.Tests.BlockDescent;

/// <summary>Seeded tensor trains, scaled so that the matrix has numbers of a layer's size.</summary>
internal static class RandomTrain
{
    public static TensorTrain Of(int[] modes, int rank, int seed = 7)
    {
        var cores = new List<Matrix>();
        var bond = 1;
        for (var k = 0; k < modes.Length; k++)
        {
            var next = k + 1 == modes.Length ? 1 : rank;
            cores.Add(new Matrix(bond * modes[k], next, GraphBuilder.Normal([bond * modes[k], next], 1 / Math.Sqrt(bond), seed + k)));
            bond = next;
        }

        return new TensorTrain(modes, cores);
    }
}
