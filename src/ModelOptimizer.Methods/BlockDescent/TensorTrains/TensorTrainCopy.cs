namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>
/// 𝒞 = tensor trains of given modes and bonds. TT-SVD is near the projection but not it (up to a factor √(m−1)), so the safeguard matters here. With it the
/// subspaces are followed from sweep to sweep; without it the train is decomposed anew each time, as published.
/// </summary>
internal sealed class TensorTrainCopy : WeightCopy
{
    private readonly ILinearAlgebra _algebra;
    private readonly IReadOnlyList<int> _ranks;
    private Matrix _value;

    public TensorTrainCopy(ILinearAlgebra algebra, Matrix weight, IReadOnlyList<int> modes, IReadOnlyList<int> ranks)
    {
        (_algebra, _ranks) = (algebra, ranks);
        Train = TensorTrainSvd.Decompose(algebra, weight, modes, ranks);
        _value = Train.Reconstruct(algebra, weight.Rows);
    }

    public TensorTrain Train { get; private set; }

    public override Matrix Value => _value;

    public override double Update(Matrix weight, bool safeguard)
    {
        var train = TensorTrainSvd.Decompose(_algebra, weight, Train.Modes, _ranks, safeguard ? Train : null);
        var value = train.Reconstruct(_algebra, weight.Rows);
        if (safeguard && Elements.SquaredDistance(weight, value) >= Elements.SquaredDistance(weight, _value))
        {
            return 0;
        }

        var change = Elements.SquaredDistance(value, _value);
        (Train, _value) = (train, value);
        return change;
    }
}
