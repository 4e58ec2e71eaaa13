namespace ModelOptimizer.Methods.LowRank;

/// <summary>How hard to try, by predicted floating-point operations: the same on every machine, so that results do not depend on its speed.</summary>
internal static class TuckerEffort
{
    private const double FinalFlops = 2.5e11;
    private const int MostInputRanks = 32;

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
        // One Gram matrix of all directions, its factor, and the eigenvalues of every input rank.
        var whole = Sweep(shape, new RankPair(shape.Outputs, shape.Inputs), 0);
        return solve + (searched ? whole + (shape.Groups * InputRanks(form).Count * 10 * Math.Pow(shape.Outputs, 3)) : 0);
    }

    /// <summary>The R_S at which e²(R_T, R_S) is looked at, rising, besides the full one.</summary>
    public static IReadOnlyList<int> InputRanks(TuckerForm form, int multiple = 1)
    {
        var count = Math.Min(MostInputRanks, form.FullInput - 1);
        return
        [
            .. Enumerable
                .Range(1, count)
                .Select(i => FactorShape.Liked((int)Math.Round((double)i * form.FullInput / (count + 1)), form.Shape.Inputs, multiple))
                .Distinct()
                .Where(rank => rank > 0 && rank < form.Shape.Inputs),
        ];
    }
}
