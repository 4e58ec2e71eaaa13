using ModelOptimizer.Methods.LowRank;

namespace ModelOptimizer.Methods.Cp;

/// <summary>What <c>cp</c> adds to the options of all low-rank methods.</summary>
internal static class CpOptions
{
    private const int DefaultStarts = 3;

    public static IReadOnlyList<MethodOption> Declarations { get; } = LowRankOptions.Declarations(
        "Ranks by hand: 16, 50%, or a map from layer rule to one of these.",
        new MethodOption("ways", OptionKind.Choice, "4 factors, with a convolution along each spatial axis, or 3, with one over the whole window.", "4") { Choices = ["4", "3"] },
        new MethodOption("starts", OptionKind.Integer, FormattableString.Invariant($"From how many starts each rank is tried; absent, {DefaultStarts}.")) { Minimum = 1, Maximum = 100 });

    public static CpFactorization Factorization(MethodArguments arguments) =>
        new(!arguments.Is("ways", "3"), arguments.TryGet<int>("starts", out var starts) && starts > 0 ? starts : DefaultStarts);
}
