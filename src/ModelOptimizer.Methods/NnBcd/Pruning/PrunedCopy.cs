using ModelOptimizer.Methods.NnBcd.Sweeps;

namespace ModelOptimizer.Methods.NnBcd.Pruning;

/// <summary>𝒞 = matrices with at most k numbers that are not zero. Keeping the k largest is the exact projection.</summary>
internal sealed class PrunedCopy : WeightCopy
{
    private readonly int _kept;
    private Matrix _value;

    public PrunedCopy(Matrix weight, int kept)
    {
        _kept = kept;
        _value = LargestEntries.Of(weight, kept);
    }

    public override Matrix Value => _value;

    public override double Update(Matrix weight, bool safeguard)
    {
        var value = LargestEntries.Of(weight, _kept);
        var change = Elements.SquaredDistance(value, _value);
        _value = value;
        return change;
    }
}
