namespace ModelOptimizer.Methods.LowRank;

/// <summary>How hard to try, by predicted floating-point operations: the same on every machine, so that results do not depend on its speed.</summary>
internal static class CpEffort
{
    private const double FinalFlops = 2e10;
    private const double CurveFlops = 1e11;

    // A sweep is followed by others, and U_S is only one of its blocks.
    private static readonly InnerAccuracy Rough = new(0.1, 4);

    /// <summary>Operations of one sweep over all groups with <paramref name="products"/> products of the inner solver.</summary>
    public static double Sweep(CpForm form, int rank, int products)
    {
        double s = form.Shape.Inputs, t = form.Shape.Outputs, k = form.Shape.Taps, r = rank;
        var product = Product(form.Shape.Inputs, form.Shape.Taps, rank);
        var (gathered, expanded) = Projections(form.Shape.Inputs, rank, form.Grid.Extents);
        var factors = (Math.Pow(r, 3) / 3) + form.Grid.Extents.Sum(extent =>
            IsAssembled(form.Shape.Inputs, form.Shape.Taps, rank, extent) ? Math.Pow(extent * r, 3) / 3 : (products + 1) * product);
        var projections = 4 * t * s * k * r;
        return form.Shape.Groups * ((products * product) + factors + Math.Min(gathered, expanded) + projections);
    }

    /// <summary>Whether sums over taps are had from Σ with fewer operations than from BᵀΣB.</summary>
    /// <param name="inputs">S.</param>
    /// <param name="rank">R.</param>
    /// <param name="extents">Of the axes.</param>
    public static bool IsExpanded(int inputs, int rank, IReadOnlyList<int> extents)
    {
        var (gathered, expanded) = Projections(inputs, rank, extents);
        return expanded < gathered;
    }

    /// <summary>
    /// Whether the equations of an axis are assembled and solved exactly, which is worth some operations more than conjugate gradients take. Of windows of many
    /// taps, such as 16×16, they would be a gigabyte.
    /// </summary>
    /// <param name="inputs">S.</param>
    /// <param name="taps">K.</param>
    /// <param name="rank">R.</param>
    /// <param name="extent">Places on the axis.</param>
    public static bool IsAssembled(int inputs, int taps, int rank, int extent) => Math.Pow((double)extent * rank, 3) / 3 < 32 * Product(inputs, taps, rank);

    // Of all equations of U_S or an axis with a vector.
    private static double Product(double s, double k, double r) => (2 * k * s * r * r) + (2 * s * s * k * k * r);

    /// <summary>Bytes of the largest matrices of a sweep at any rank that is looked at.</summary>
    public static double Bytes(CpForm form) => Grid(form).Max(rank => Bytes(form, rank));

    private static double Bytes(CpForm form, int rank)
    {
        var (s, t, k, r) = ((double)form.Shape.Inputs, (double)form.Shape.Outputs, (double)form.Shape.Taps, (double)rank);
        var axis = form.Grid.Extents.Where(extent => IsAssembled(form.Shape.Inputs, form.Shape.Taps, rank, extent)).DefaultIfEmpty().Max() * r;
        // Of each pair of taps, and while it is made; or rows of windows, and Σ times them, of which conjugate gradients hold some. Then the equations of an
        // axis, whose factor takes their place.
        var sums = IsExpanded(form.Shape.Inputs, rank, form.Grid.Extents) ? 2 * Math.Max(axis, 2 * r) * s * k : (2 * k * r * k * r) + (t * k * r);
        return sizeof(double) * (sums + (1.5 * axis * axis));
    }

    private static (double Gathered, double Expanded) Projections(double s, double r, IReadOnlyList<int> extents)
    {
        double k = extents.Product();
        // Sums over taps are short loops, several times slower per operation than products on the engine.
        var sums = 10 * (1 + extents.Count) * Math.Pow(k * r, 2);
        return (
            (2 * s * s * k * k * r) + (2 * s * r * r * k * k) + sums,
            extents.Prepend(1).Sum(places => (2 * s * s * k * k * places * r) + (2 * s * k * Math.Pow(places * r, 2))));
    }

    /// <summary>The last solve of a layer.</summary>
    public static CpSettings Final(CpForm form, int rank)
    {
        var sweeps = FinalFlops / Sweep(form, rank, InnerAccuracy.Loose.Iterations);
        return new CpSettings { Inner = InnerAccuracy.Loose, Sweeps = (int)Math.Clamp(sweeps, 5, 60), Tolerance = 3e-5 };
    }

    /// <summary>Of how many ranks the curve has points, and how many sweeps each gets: first from every start, then from the best.</summary>
    public static (int Ranks, CpSettings Settings) Curve(CpForm form)
    {
        var (ranks, sweeps) = (CurveFlops / Sweep(form, (form.Full + 1) / 2, Rough.Iterations)) switch
        {
            > 100 => (10, 3),
            > 25 => (8, 2),
            _ => (5, 1),
        };
        return (Math.Min(ranks, form.Full), new CpSettings { Inner = Rough, ShortSweeps = 1, Sweeps = sweeps, Tolerance = 3e-5 });
    }

    /// <summary>The ranks at which the curve is traced. They depend on nothing but the layer.</summary>
    public static IReadOnlyList<int> Grid(CpForm form)
    {
        var count = Curve(form).Ranks;
        return [.. Enumerable.Range(1, count).Select(i => Math.Max(1, (int)Math.Round((double)i * form.Full / (count + 0.5)))).Distinct()];
    }

    /// <summary>Operations of a layer's solve and curve.</summary>
    public static double Predicted(CpForm form, int starts, bool searched)
    {
        var middle = (form.Full + 1) / 2;
        var (ranks, settings) = Curve(form);
        var final = Final(form, middle);
        var traced = (searched ? ranks : (ranks + 1) / 2) * ((starts * settings.ShortSweeps) + settings.Sweeps);
        return (traced * Sweep(form, middle, Rough.Iterations)) + (Math.Min(final.Sweeps, 30) * Sweep(form, middle, final.Inner.Iterations));
    }
}
