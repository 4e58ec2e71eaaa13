namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>
/// What the published code does: W and Ŵ are one array, in which all squares below the s-quantile become zero. The τ-term is then always zero and the step may raise F.
/// Only for comparing with the published numbers.
/// </summary>
internal sealed class AliasedCopy : WeightCopy
{
    private readonly double _sparsity;
    private Matrix _value;

    public AliasedCopy(Matrix weight, double sparsity)
    {
        (_sparsity, _value) = (sparsity, weight);
        Update(weight, false);
    }

    public override Matrix Value => _value;

    public override double Update(Matrix weight, bool safeguard)
    {
        var threshold = Quantile(weight);
        var change = 0.0;
        foreach (ref var value in weight.Values.AsSpan())
        {
            if (value * value < threshold)
            {
                change += value * value;
                value = 0;
            }
        }

        _value = weight;
        return change;
    }

    // Linear interpolation between the two nearest squares.
    private double Quantile(Matrix weight)
    {
        var squares = Array.ConvertAll(weight.Values, value => value * value);
        Array.Sort(squares);
        var place = _sparsity * (squares.Length - 1);
        var below = (int)place;
        var above = Math.Min(below + 1, squares.Length - 1);
        return squares[below] + ((place - below) * (squares[above] - squares[below]));
    }
}
