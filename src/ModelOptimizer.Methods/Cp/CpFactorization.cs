using ModelOptimizer.Methods.LowRank;

namespace ModelOptimizer.Methods.Cp;

/// <summary>CP as one of the factorizations.</summary>
/// <param name="separable">The 4-way form, where the kernel has two spatial axes; otherwise all taps are one axis.</param>
/// <param name="starts">How many starts each rank has.</param>
internal sealed class CpFactorization(bool separable, int starts) : IFactorization
{
    public string Name => FormattableString.Invariant($"cp {(separable ? "4" : "3")}-way from {starts}");

    public IReadOnlyList<string> RankNames { get; } = ["R"];

    public IFactorForm Form(WeightLayer layer, FactorShape shape) =>
        new CpForm(shape, new TapGrid(separable && layer.Window!.Kernel.Count(extent => extent > 1) > 1 ? layer.Window.Kernel : [shape.Taps]));

    public ILayerSolver Solver(LayerNumbers numbers) => new CpLayerSolver(numbers, Name, starts);

    public double Flops(IFactorForm form, bool searched) => CpEffort.Predicted((CpForm)form, starts, searched);
}
