using ModelOptimizer.Methods.LowRank;
using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Methods.Tests.LowRank;

/// <summary>Solvers copy Σ and multiply by it: of a large model, where none is kept, each one made is seconds.</summary>
public class SolverCountTests
{
    [Theory]
    [InlineData(double.PositiveInfinity)]
    [InlineData(0)]
    public void A_layer_is_solved_with_one_solver_whether_solvers_are_kept_or_not(double keptBytes)
    {
        var model = new GraphBuilder().Input("x", [1, 6, 8, 8]).Conv("x", "c1", 12, 6, [3, 3]).Conv("c1", "c2", 12, 12, [3, 3]).Output("c2").Build();
        var factorization = new Counted();
        var options = LowRankOptions.From(MethodRun.Arguments(("ranks", MethodRun.Ranks(4, 3))));
        var work = new LowRankWork(MethodRun.Context(model, new RandomBatches(model)), options, factorization, keptBytes);
        work.Measure();
        work.KeepsSolvers.ShouldBe(keptBytes > 0);

        var layers = new LowRankBuilder(work).Build(work.Candidates.Select(layer => new ChosenRanks(layer, new RankPair(4, 3)))).Layers;

        layers.ShouldAllBe(layer => layer.Ranks.Count == 2 && layer.Note != "");
        factorization.Solvers.ShouldBe(2);
    }

    private sealed class Counted : IFactorization
    {
        private readonly TuckerFactorization _inner = new(TuckerVariant.Joint);

        public int Solvers { get; private set; }

        public string Name => _inner.Name;

        public IReadOnlyList<string> RankNames => _inner.RankNames;

        public IFactorForm Form(WeightLayer layer, FactorShape shape) => _inner.Form(layer, shape);

        public double Flops(IFactorForm form, bool searched) => _inner.Flops(form, searched);

        public double Bytes(IFactorForm form) => _inner.Bytes(form);

        public ILayerSolver Solver(LayerNumbers numbers)
        {
            Solvers++;
            return _inner.Solver(numbers);
        }
    }
}
