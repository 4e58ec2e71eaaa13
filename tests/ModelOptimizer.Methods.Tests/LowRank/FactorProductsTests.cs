using ModelOptimizer.Methods.Common;
using ModelOptimizer.Methods.LowRank;
using ModelOptimizer.Tensors.LinearAlgebra;

namespace ModelOptimizer.Methods.Tests.LowRank;

/// <summary>What factors are multiplied out to, against sums written out.</summary>
public class FactorProductsTests
{
    private const int Outputs = 4;
    private const int Inputs = 3;

    private readonly Random64 _random = new(7);

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void A_core_between_two_factors_is_applied_at_each_tap(bool hasInput, bool hasOutput)
    {
        const int Groups = 2, Taps = 6;
        var (rank, narrow) = (hasOutput ? 2 : Outputs, hasInput ? 2 : Inputs);
        var (input, output) = (_random.Matrix(Groups * narrow, Inputs), _random.Matrix(Groups * Outputs, rank));
        var core = _random.Matrix(Groups * rank, narrow * Taps);
        var factors = new FactorTensors(hasInput ? input : null, [new CoreTensor(core)], hasOutput ? output : null);

        var found = factors.Product(TestEngine.Shared.LinearAlgebra, Groups);

        double Outer(int t, int r) => hasOutput ? output[t, r] : t % Outputs == r ? 1 : 0;
        double Inner(int group, int q, int s) => hasInput ? input[(group * narrow) + q, s] : q == s ? 1 : 0;
        double Core(int group, int r, int q, int k) => core[(group * rank) + r, (q * Taps) + k];
        ShouldBe(
            found,
            Groups,
            Taps,
            (group, t, s, k) => Sum(rank, r => Sum(narrow, q => Outer(t, r) * Core(group, r, q, k) * Inner(group, q, s))));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Factors_of_single_channels_multiply_along_the_axes(int axes)
    {
        const int Groups = 2, Rank = 3, Height = 2, Width = 3;
        var (input, output) = (_random.Matrix(Groups * Rank, Inputs), _random.Matrix(Groups * Outputs, Rank));
        int[] extents = axes == 1 ? [Height * Width] : [Height, Width];
        Matrix[] cores = [.. extents.Select(extent => _random.Matrix(Groups * Rank, extent))];
        var factors = new FactorTensors(input, [.. cores.Select((core, axis) => new CoreTensor(core, Depthwise: true, axes == 1 ? null : axis))], output);

        var found = factors.Product(TestEngine.Shared.LinearAlgebra, Groups);

        double Tap(int row, int k) => axes == 1 ? cores[0][row, k] : cores[0][row, k / Width] * cores[1][row, k % Width];
        ShouldBe(found, Groups, Height * Width, (group, t, s, k) => Sum(Rank, r => output[t, r] * Tap((group * Rank) + r, k) * input[(group * Rank) + r, s]));
    }

    private static void ShouldBe(Matrix found, int groups, int taps, Func<int, int, int, int, double> expected)
    {
        (found.Rows, found.Columns).ShouldBe((groups * Outputs, Inputs * taps));
        for (var t = 0; t < found.Rows; t++)
        {
            for (var column = 0; column < found.Columns; column++)
            {
                found[t, column].ShouldBe(expected(t / Outputs, t, column / taps, column % taps), 1e-12);
            }
        }
    }

    private static double Sum(int count, Func<int, double> term) => Enumerable.Range(0, count).Sum(term);
}
