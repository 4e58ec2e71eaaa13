using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods.LowRank;

namespace ModelOptimizer.Methods.Tests.LowRank;

public class TuckerOptionsTests
{
    [Fact]
    public void A_step_without_a_goal_says_how_to_give_one() =>
        Should
            .Throw<DiagnosticException>(() => LowRankOptions.From(MethodRun.Arguments()))
            .Diagnostic.ToString()
            .ShouldBe(
                "error MOC1303: the step does not say how small the model shall become. Give one of 'ranks: 50%', 'energy: 0.95', 'error: 0.1', 'budget: { "
                    + "size: 40% }' or 'budget: auto'."
            );

    [Fact]
    public void Absent_options_have_the_declared_defaults()
    {
        var options = LowRankOptions.From(MethodRun.Arguments(("error", 0.1)));

        options.Norm.ShouldBe(FactorNorm.Covariance);
        TuckerOptions.Variant(MethodRun.Arguments()).ShouldBe(TuckerVariant.Joint);
        options.Jitter.ShouldBe(Jitter.Relative);
        options.Centred.ShouldBeFalse();
        options.Fold.ShouldBeTrue();
        options.Shrink.ShouldBeNull();
        options.SquaredErrorBound!.Value.ShouldBe(0.01, 1e-12);
        TuckerOptions
            .All.Where(option => option.Default is not null)
            .Select(option => $"{option.Name}={option.Default}")
            .ShouldBe(["norm=covariance", "variant=joint", "moment=uncentred", "jitter=relative", "bn=folded", "fit=sequential", "storage=chain"]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-3)]
    public void Impossible_ranks_are_refused(int rank) =>
        Should
            .Throw<DiagnosticException>(() => MethodRun.Tucker(TuckerMethodTests.SmallNet(), ("ranks", MethodRun.Ranks(rank))))
            .Diagnostic.Code.ShouldBe(MethodCodes.BadRanks);

    [Fact]
    public void Words_of_the_manifest_reach_the_options()
    {
        var arguments = MethodRun
            .Arguments(
                ("norm", "frobenius"),
                ("variant", "published"),
                ("moment", "centred"),
                ("jitter", "published"),
                ("bn", "unfolded"),
                ("shrink", 0.25),
                ("budget", new Budget(BudgetMeasure.Macs, 0.5, true))
            )
            .Of(new TuckerMethod());
        var options = LowRankOptions.From(arguments);

        (options.Norm, TuckerOptions.Variant(arguments), options.Centred, options.Jitter, options.Fold, options.Shrink).ShouldBe(
            (FactorNorm.Frobenius, TuckerVariant.Published, true, Jitter.Published, false, 0.25)
        );
    }
}
