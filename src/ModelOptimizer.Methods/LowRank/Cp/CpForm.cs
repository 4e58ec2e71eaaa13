namespace ModelOptimizer.Methods.LowRank;

/// <summary>
/// 1×1 (S→R), a convolution of single channels for every axis of the grid, 1×1 (R→T). There is one rank R, and a <see cref="RankPair"/> has it twice.
/// </summary>
/// <param name="Shape">The kernel's extents per group.</param>
/// <param name="Grid">One axis for each convolution of single channels.</param>
internal sealed record CpForm(FactorShape Shape, TapGrid Grid) : IFactorForm
{
    /// <summary>The largest R with fewer weights than the kernel, or with which every kernel is exact.</summary>
    public int Full
    {
        get
        {
            long t = Shape.Outputs, s = Shape.Inputs, k = Shape.Taps;
            var smaller = ((t * s * k) - 1) / (t + s + Grid.Extents.Sum());
            var exact = Math.Min(t * s, Math.Min(t * k, s * k));
            return (int)Math.Max(1, Math.Min(smaller, exact));
        }
    }

    public IReadOnlyList<int> FullRanks => [Full];

    public static RankPair At(int rank) => new(rank, rank);

    public RankPair Usable(RankPair ranks) => At(Math.Min(ranks.Output, Full));

    public RankPair Share(double fraction) => At(UniformAllocator.Rank(fraction, Full));

    public bool IsLiked(RankPair ranks, int multiple) => FactorShape.Liked(ranks.Output, Full, multiple) == ranks.Output;

    /// <summary>Along the straight lines between the curve's points and from no component, whose relative error is 1; beyond the last as up to it.</summary>
    public IEnumerable<CurvePoint> Between(IReadOnlyList<CurvePoint> curve)
    {
        List<(int Rank, double SquaredError)> known = [(0, 1), .. curve.Select(point => (point.Ranks.Output, point.SquaredError))];
        for (var (rank, next) = (1, 1); rank <= Full && known.Count > 1; rank++)
        {
            while (known[next].Rank < rank && next < known.Count - 1)
            {
                next++;
            }

            var (low, high) = (known[next - 1], known[next]);
            if (rank != high.Rank)
            {
                var fall = (low.SquaredError - high.SquaredError) / (high.Rank - low.Rank);
                yield return new CurvePoint(At(rank), Math.Max(0, low.SquaredError - (fall * (rank - low.Rank))));
            }
        }
    }

    public RankPair Read(IReadOnlyList<int> written) => At(written[0]);

    public IReadOnlyList<int> Write(RankPair ranks) => [ranks.Output];

    public IReadOnlyList<ChainLink> Links(RankPair ranks)
    {
        var channels = (long)Shape.Groups * ranks.Output;
        return
        [
            new(channels * Shape.Inputs, Axes: 0),
            .. Grid.Extents.Select((extent, axis) => new ChainLink(channels * extent, IsSplit ? axis + 1 : null)),
            new(channels * Shape.Outputs),
        ];
    }

    public FactorTensors Empty(RankPair ranks)
    {
        var channels = Shape.Groups * ranks.Output;
        return Tensors(
            new Matrix(channels, Shape.Inputs),
            [.. Grid.Extents.Select(extent => new Matrix(channels, extent))],
            new Matrix(Shape.Groups * Shape.Outputs, ranks.Output)
        );
    }

    /// <summary>The factors as weights of the chain, stacked group by group.</summary>
    public FactorTensors Tensors(IReadOnlyList<CpFactors> groups) => Tensors(
        FactorTensors.Stack(groups.Select(factors => factors.Input.Transpose())),
        [.. Grid.Extents.Select((_, axis) => FactorTensors.Stack(groups.Select(factors => factors.Axes[axis].Transpose())))],
        FactorTensors.Stack(groups.Select(factors => factors.Output)));

    private bool IsSplit => Grid.Extents.Count > 1;

    private FactorTensors Tensors(Matrix input, IReadOnlyList<Matrix> axes, Matrix output) =>
        new(input, [.. axes.Select((weight, axis) => new CoreTensor(weight, Depthwise: true, Axis: IsSplit ? axis : null))], output);
}
