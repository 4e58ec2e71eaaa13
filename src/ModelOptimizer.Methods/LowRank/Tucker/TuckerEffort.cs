namespace ModelOptimizer.Methods.LowRank;

/// <summary>How hard to try, by predicted floating-point operations: the same on every machine, so that results do not depend on its speed.</summary>
internal static class TuckerEffort
{
    private const double FinalFlops = 2.5e11;
    private const double CurveFlops = 3e11;

    /// <summary>Operations of one sweep with <paramref name="products"/> products of the inner solver.</summary>
    public static double Sweep(FactorShape shape, RankPair ranks, int products)
    {
        double s = shape.Inputs, t = shape.Outputs, k = shape.Taps, rs = ranks.Input, rt = ranks.Output;
        var product = (2 * s * rs * rs * k * k) + (2 * s * s * k * k * rs);
        var gram = (2 * s * s * k * k * rs) + (2 * s * rs * rs * k * k);
        var factor = (Math.Pow(k * rs, 3) / 3) + (k * rs * k * rs * (t + rt));
        // The library's eigen-solver is about 20 times slower per operation than products on the engine.
        var eigen = 20 * 10 * Math.Pow(Math.Min(t, k * rs), 3);
        var projections = (2 * t * s * k * rs) + (2 * t * s * k * rt);
        return shape.Groups * ((products * product) + gram + factor + eigen + projections);
    }

    /// <summary>The last solve of a layer: the published accuracy where that is cheap.</summary>
    public static TuckerSettings Final(FactorShape shape, RankPair ranks, TuckerVariant variant)
    {
        var settings = new TuckerSettings { Variant = variant };
        if (variant == TuckerVariant.Published)
        {
            return settings;
        }

        var accuracy = Sweep(shape, ranks, 30) < 5e8 ? new InnerAccuracy(1e-4, 60) : InnerAccuracy.Loose;
        var sweeps = (int)Math.Clamp(FinalFlops / Sweep(shape, ranks, Math.Min(accuracy.Iterations, 20)), 3, 100);
        return settings with { Inner = accuracy, Sweeps = sweeps, Tolerance = 1e-5 };
    }

    /// <summary>Operations of a layer's solve and curve.</summary>
    public static double Predicted(TuckerForm form, TuckerVariant variant, bool searched)
    {
        var shape = form.Shape;
        var middle = new RankPair(Math.Max(1, shape.Outputs / 2), Math.Max(1, shape.Inputs / 2));
        var final = Final(shape, middle, variant);
        var solve = Math.Min(final.Sweeps, 20) * Sweep(shape, middle, Math.Min(final.Inner.Iterations, 20));
        var curve = Curve(form);
        return solve + (searched ? curve.InputRanks.Count * curve.AnchorCount * curve.Sweeps * Sweep(shape, middle, InnerAccuracy.Loose.Iterations) : 0);
    }

    /// <summary>How finely e²(R_T, R_S) is looked at.</summary>
    public static CurveEffort Curve(TuckerForm form, int multiple = 1)
    {
        var shape = form.Shape;
        var middle = new RankPair(Math.Max(1, shape.Outputs / 2), Math.Max(1, shape.Inputs / 2));
        var affordable = CurveFlops / Sweep(shape, middle, InnerAccuracy.Loose.Iterations);
        var (ranks, anchors, sweeps) = affordable switch
        {
            > 150 => (16, 2, 2),
            > 60 => (12, 2, 1),
            > 20 => (8, 1, 1),
            _ => (6, 1, 1),
        };
        var count = Math.Min(ranks, form.FullInput - 1);
        int[] inputRanks =
        [
            .. Enumerable
                .Range(1, count)
                .Select(i => FactorShape.Liked((int)Math.Round((double)i * form.FullInput / (count + 1)), shape.Inputs, multiple))
                .Distinct()
                .Where(rank => rank > 0 && rank < shape.Inputs),
        ];
        return new CurveEffort(inputRanks, anchors, sweeps);
    }
}

/// <summary>How finely a layer's error is looked at over its ranks.</summary>
/// <param name="InputRanks">The R_S tried.</param>
/// <param name="AnchorCount">For how many R_T of each R_S the input factor is improved.</param>
/// <param name="Sweeps">Sweeps per anchor; the second anchor starts from the first.</param>
internal sealed record CurveEffort(IReadOnlyList<int> InputRanks, int AnchorCount, int Sweeps)
{
    /// <summary>R_T around the same share of T as R_S has of S.</summary>
    public IEnumerable<int> Anchors(TuckerForm form, int inputRank)
    {
        double[] factors = AnchorCount switch
        {
            1 => [1],
            2 => [1.3, 0.7],
            _ => [1.6, 1, 0.6],
        };
        return factors
            .Select(factor =>
                form.Usable(new RankPair(Math.Max(1, (int)Math.Round(factor * inputRank * form.Shape.Outputs / form.Shape.Inputs)), inputRank)).Output
            )
            .Distinct();
    }
}
