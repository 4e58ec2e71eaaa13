using System.Globalization;

namespace ModelOptimizer.Methods.Options;

/// <summary>How much of the model may remain.</summary>
/// <param name="Measure">What is counted.</param>
/// <param name="Amount">A fraction of the original's when <paramref name="IsFraction"/>; otherwise bytes, weights or multiply-adds. 0 stands for
/// <see cref="Auto"/>.</param>
/// <param name="IsFraction">Whether <paramref name="Amount"/> is relative.</param>
/// <param name="Allocation">How it is shared among the layers.</param>
internal sealed record Budget(BudgetMeasure Measure, double Amount, bool IsFraction, Allocation Allocation = Allocation.Sigma)
{
    private const string Searched = "auto";

    private static readonly (BudgetMeasure Measure, Option<Quantity> Key)[] Measures =
    [
        (BudgetMeasure.Size, Goal("size", QuantityForm.Size, "Bytes of the model file plus external data.", "40%")),
        (BudgetMeasure.Params, Goal("params", QuantityForm.Count, "The number of weights.", "250 k")),
        (BudgetMeasure.Macs, Goal("macs", QuantityForm.Count, "Multiply-adds of one sample; auto: the fewest that pass the gates.", "40%", isSearchable: true)),
        (
            BudgetMeasure.Latency,
            new(
                "latency",
                Forms.OneOf((Searched, new Quantity(0, IsPercent: true, Searched))),
                "auto: the least time of one run on this machine that passes the gates, by the measured times of single layers.")
            {
                ExclusiveGroup = "measure",
                Example = Searched,
            }),
        (BudgetMeasure.Shipped, Goal("shipped", QuantityForm.Size, "Bytes that the model adds to the application, compressed as 'embed' says.", "6%")),
    ];

    private static readonly Option<Allocation> Shared = new(
        "allocation",
        Forms.OneOf<Allocation>(),
        "How the budget is shared: sigma, by what each layer's error does to the outputs on the calibration data; uniform, the same share of every layer's "
        + "ranks.",
        "sigma")
    {
        Needs = ["size", "params", "macs"],
    };

    /// <summary>The keys of a goal of ranks.</summary>
    public static KeySet Keys { get; } = Of([BudgetMeasure.Size, BudgetMeasure.Params, BudgetMeasure.Macs, BudgetMeasure.Latency], Shared);

    /// <summary>The keys of a goal of bits.</summary>
    public static KeySet KeysOfBytes { get; } = Of([BudgetMeasure.Size, BudgetMeasure.Shipped]);

    /// <summary>
    /// How a budget is written: <c>auto</c>, <c>{ macs: auto }</c>, <c>{ latency: auto }</c>, or <c>{ params: 250 k, allocation: uniform }</c>.
    /// </summary>
    public static Form<Budget?> Form { get; } = Written(Keys, "auto, { macs | latency: auto }, or { size | params | macs: 40%, allocation: sigma | uniform }");

    /// <summary>How a budget of bytes is written: <c>auto</c>, <c>{ size: 15% }</c> or <c>{ shipped: 6% }</c>.</summary>
    public static Form<Budget?> FormOfBytes { get; } = Written(KeysOfBytes, "auto, or { size | shipped: 15% }");

    /// <summary>How either is written.</summary>
    public static Form<Budget?> FormOfAny { get; } = Written(
        Of([BudgetMeasure.Size, BudgetMeasure.Shipped, BudgetMeasure.Macs, BudgetMeasure.Latency]),
        "auto, { macs | latency: auto }, or { size | shipped | macs: 40% }");

    /// <summary>The smallest model that passes the gates: a search decides.</summary>
    public static Budget Auto { get; } = new(BudgetMeasure.Size, 0, IsFraction: true);

    /// <summary>Whether a search decides, as with <see cref="Auto"/>.</summary>
    public bool IsAuto => Amount == 0;

    /// <summary>What may remain when the original has <paramref name="original"/> of what is counted.</summary>
    public double Limit(double original) => IsFraction ? Math.Floor(Amount * original) : Amount;

    /// <summary>The least budget that is possible, as a percentage of the original's; rounded up, as the number printed must itself be possible.</summary>
    public static string LeastPercent(double least, double original) =>
        string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(1000 * least / original) / 10:0.#}%");

    private static KeySet Of(BudgetMeasure[] measures, params Option[] more)
    {
        Option[] goals = [.. Measures.Where(measure => measures.Contains(measure.Measure)).Select(measure => measure.Key)];
        return new([.. goals, .. more]) { NeedsOneOf = [.. goals.Select(goal => goal.Name)] };
    }

    private static Form<Budget?> Written(KeySet keys, string hint) => new(
        hint,
        () => Json.AnyOf(Json.Words([Searched]), SectionSchema.Of(keys)),
        (node, what, paths) => node switch
        {
            ScalarNode { Text: Searched } => Auto,
            MapNode => Read(new Section(node, $"'{what}'", keys, paths)),
            _ => throw NodeValues.WrongType(node, what, "auto, or a mapping such as { size: 40% }"),
        })
    {
        Kind = "budget",
        Write = (budget, _) => Json.Sorted(
        [
            new("measure", budget!.Measure.ToString()),
            new("amount", budget.Amount),
            new("fraction", budget.IsFraction),
            new("allocation", budget.Allocation.ToString()),
        ]),
    };

    private static Budget Read(Section section)
    {
        var (measure, key) = Measures.First(measure => section[measure.Key] is not null);
        var amount = section.Read(key);
        if (amount.Text == Searched)
        {
            return section[Shared] is null
                ? Auto with { Measure = measure }
                : throw new DiagnosticException(
                    KeyCodes.Conflict,
                    $"'allocation' has no meaning beside '{key.Name}: {Searched}': the search shares out by effects. Remove it.",
                    section.KeyPosition(Shared.Name));
        }

        return amount.Value > 0 && (!amount.IsPercent || amount.Value <= 1)
            ? new Budget(measure, amount.Value, amount.IsPercent, section.Read(Shared))
            : throw NodeValues.Bad(section[key]!, $"A budget must be above 0, and at most 100% of the original's; found '{key.Name}: {amount.Text}'.");
    }

    private static Option<Quantity> Goal(string name, QuantityForm form, string summary, string example, bool isSearchable = false) =>
        new(name, isSearchable ? OrSearched(Forms.Quantity(form)) : Forms.Quantity(form), summary) { ExclusiveGroup = "measure", Example = example };

    private static Form<Quantity> OrSearched(Form<Quantity> form) => new(
        $"{Searched}, {form.Text}",
        () => Json.AnyOf(Json.Words([Searched]), form.Schema()),
        (node, what, paths) => node is ScalarNode { Text: Searched } ? new Quantity(0, IsPercent: true, Searched) : form.Read(node, what, paths));
}

/// <summary>What a budget counts.</summary>
internal enum BudgetMeasure
{
    /// <summary>Bytes of the model file and its external data.</summary>
    Size,

    /// <summary>Number of weights.</summary>
    Params,

    /// <summary>Multiply-adds of one sample.</summary>
    Macs,

    /// <summary>Time of one run on this machine.</summary>
    Latency,

    /// <summary>Bytes as the model is shipped: packed as <c>embed</c> says, as a package would hold it where that says nothing.</summary>
    Shipped,
}

/// <summary>How a budget is shared among layers.</summary>
internal enum Allocation
{
    /// <summary>By what each layer's Σ-error does to the model's output.</summary>
    Sigma,

    /// <summary>Every layer keeps the same fraction f of both ranks.</summary>
    Uniform,
}
