using ModelOptimizer.Methods.Quantization.Integer;
using ModelOptimizer.Methods.Quantization.NBits;

namespace ModelOptimizer.Methods.Quantization;

/// <summary>A step's options, checked.</summary>
internal sealed record QuantizeOptions
{
    private const string WhatWeightsAre =
        "How many bits a weight takes; fp16 keeps it a floating-point number, ternary is −1, 0 and 1 times a scale; auto decides for each layer within a "
        + "budget, by what rounding it does to the outputs on the calibration data.";

    private const string WhatBudgetIs =
        "With 'weights: auto', what may remain of the model's file: { size: 15% }, or auto: the smallest model that passes the gates. With 'rate: auto', what "
        + "it may add to the application: { shipped: 6% }, or auto: the least that passes the gates.";

    private const string Auto = "auto";

    private const string NoBudget =
        "is auto, and nothing says how small the model shall become. Add 'budget: { size: 15% }', or 'budget: auto' for the smallest model that "
        + "passes the gates.";

    private const string NoShippedBudget = "is auto, and nothing says how small the model shall become. Add 'budget: { shipped: 6% }', or "
        + "'budget: auto' for the fewest shipped bytes that pass the gates.";

    private const string WhatRateIs = "In place of 'weights': bits a weight by the entropy of the codes, which is what they take once the file is compressed "
        + "('embed: { compression: auto }'); auto as few as a budget asks for. Layers get steps by what their errors do to the outputs, and make up for those "
        + "before them.";

    private const string WhatRoundingIs =
        "Weights make up for each other's rounding errors, as the calibration data asks for, or each becomes the nearest number (needs no data).";

    private const string WhatFormIs =
        "What becomes of them: packed in the file, and unpacked to floating-point numbers when a runtime loads the model, which then computes as before; "
        + "integers that ONNX Runtime computes with on processors, for layers of 8 bits whose kind has such kernels; or MatMulNBits nodes, which ONNX Runtime "
        + "runs with the codes as they are, for MatMul and Gemm of 4 and 8 bits (all others are stored).";

    private const string WhatRangeIs = "Where the range of a tensor's 8 bits ends: at its extremes on the calibration data, so that one number of 10,000 lies "
        + "outside, or so that the squared error is least.";

    private const string WhatReducedIs =
        "Whether weights take 7 of the 8 bits: sums of two products then fit into 16 bits, which is what x64 processors without VNNI have for them.";

    private const string WhatBlockIs = "How many weights of an output, one after the other along its inputs, have one scale.";

    private const string WhatAccuracyIs =
        "What MatMulNBits computes with: 1, floating-point numbers of 32 bits; 4, activations rounded to 8 bits as they come.";

    private const string OnlyBlocks = "has no meaning unless 'form: nbits' is written. Remove it.";

    private const string OnlyIntegers = "has no meaning unless 'form: integer' is written. Remove it.";

    /// <summary>The rate that a budget decides.</summary>
    public const double ByBudget = 0;

    /// <summary>The options of the method.</summary>
    public static KeySet Keys { get; } = new();

    private static readonly Option<LayerMap<string>?> WeightsKey = Keys.Add(new Option<LayerMap<string>?>("weights", Widths(), WhatWeightsAre)
    {
        ExclusiveGroup = "bits",
        Example = "4",
        OnlyIf =
        [
            new(arguments => !IsAuto(arguments.Get(WeightsKey!)) || arguments.Get(SearchOptions.Budget) is not null, NoBudget) { Code = MethodCodes.NoGoal },
        ],
    });

    private static readonly Option<double?> RateKey = Keys.Add(new Option<double?>("rate", Rates(), WhatRateIs)
    {
        ExclusiveGroup = "bits",
        Example = "2",
        OnlyIf =
        [
            new(arguments => arguments.Get(RateKey!) != ByBudget || arguments.Get(SearchOptions.Budget) is not null, NoShippedBudget)
            {
                Code = MethodCodes.NoGoal,
            },
        ],
    });

    private static readonly Option<Budget?> BudgetKey = Keys.Add(SearchOptions.Budget with
    {
        Of = Budget.FormOfBytes,
        Summary = WhatBudgetIs,
        OnlyIf =
        [
            new(
                arguments => IsAuto(arguments.Get(WeightsKey)) || arguments.Get(RateKey) == ByBudget,
                "is shared out by 'weights: auto' or 'rate: auto', and this step says itself how many bits a weight takes. Write one of the two."),
            new(
                arguments => arguments.Get(RateKey) != ByBudget
                    || arguments.Get(SearchOptions.Budget) is { Measure: BudgetMeasure.Shipped } or { IsAuto: true },
                "beside 'rate: auto' is one of shipped bytes, which is what a rate decides. Write 'budget: { shipped: 6% }', or 'weights: auto'."),
            new(
                arguments => arguments.Get(RateKey) == ByBudget || arguments.Get(SearchOptions.Budget) is not { Measure: BudgetMeasure.Shipped },
                "of shipped bytes goes with 'rate: auto', which rounds for the entropy that is left after compression. Write 'rate: auto', or "
                    + "'budget: { size: 15% }'."),
        ],
    });

    private static readonly Option<bool> Rounding = Keys.Add<bool>(new("rounding", Forms.OneOf(("gptq", true), ("nearest", false)), WhatRoundingIs, "gptq")
    {
        OnlyIf = [RateKey.When(rate => rate is null, "has no meaning beside 'rate', which rounds in its own way. Remove it, or write 'weights'.")],
    });

    private static readonly Option<bool> Sequential = Keys.Add(FitOptions.Sequential with
    {
        OnlyIf =
        [
            Rounding.When(gptq => gptq, "has no meaning beside 'rounding: nearest', which looks at no data. Remove one of the two."),
            RateKey.When(rate => rate is null, "has no meaning beside 'rate', whose layers always make up for those before them. Remove it."),
        ],
    });

    private static readonly Option<QuantizedForm> Form = Keys.Add<QuantizedForm>(new("form", WrittenForms(), WhatFormIs, "stored")
    {
        OnlyIf =
        [
            new(
                arguments => arguments.Get(Form!) != QuantizedForm.Integer
                    || arguments.Get(WeightsKey)?.Entries.Any(entry => entry.Value == WeightFormat.Byte.Name) == true,
                "is integer, and integer kernels take weights of 8 bits. Write 'weights: 8', or 'form: stored'."),
            new(
                arguments => arguments.Get(Form!) != QuantizedForm.NBits
                    || arguments.Get(WeightsKey)?.Entries.Any(entry => NBitsForm.Takes(WeightFormat.Find(entry.Value))) == true,
                "is nbits, and MatMulNBits takes weights of 4 or 8 bits. Write 'weights: 4', or 'form: stored'."),
        ],
    });

    private static readonly Option<RangeRule> Range = Keys.Add<RangeRule>(new("range", Forms.OneOf<RangeRule>(), WhatRangeIs, "minmax")
    {
        OnlyIf = [Form.When(form => form == QuantizedForm.Integer, OnlyIntegers)],
    });

    private static readonly Option<bool> ReduceRange = Keys.Add<bool>(new("reduce-range", Forms.Flag, WhatReducedIs, "false")
    {
        OnlyIf = [Form.When(form => form == QuantizedForm.Integer, OnlyIntegers)],
    });

    private static readonly Option<int> Block = Keys.Add<int>(new("block", Forms.OneOf(("32", 32), ("64", 64), ("128", 128)), WhatBlockIs, "32")
    {
        OnlyIf = [Form.When(form => form == QuantizedForm.NBits, OnlyBlocks)],
    });

    private static readonly Option<int> Accuracy = Keys.Add<int>(new("accuracy", Forms.OneOf(("1", 1), ("4", 4)), WhatAccuracyIs, "4")
    {
        OnlyIf = [Form.When(form => form == QuantizedForm.NBits, OnlyBlocks)],
    });

    private static readonly Option<LayerRules?> LayersKey = Keys.Add(new Option<LayerRules?>(
        "layers",
        LayerForms.Rules,
        "Which layers; absent, every layer with a constant weight."));

    private static readonly Option<int?> MaxEvaluations = Keys.Add(SearchOptions.MaxEvaluations);

    private static readonly Option<double?> MaxMinutes = Keys.Add(SearchOptions.MaxMinutes);

    /// <summary>The widths by layer; null where a budget or a search decides.</summary>
    public LayerMap<string>? Weights { get; init; }

    /// <summary>What may remain of the file; null where <see cref="Weights"/> says the widths.</summary>
    public Budget? Budget { get; init; }

    /// <summary>Bits a weight by entropy, <see cref="ByBudget"/> where the budget decides; null where weights have widths.</summary>
    public double? Rate { get; init; }

    /// <summary>Whether weights are rounded under the second moments of their inputs.</summary>
    public bool UnderMoments { get; init; }

    /// <summary>Whether a layer makes up for the errors of those before it.</summary>
    public bool IsSequential { get; init; }

    /// <summary>Where ranges of activations end, for layers that are to compute in integers; null where none is.</summary>
    public RangeRule? Ranges { get; init; }

    /// <summary>Whether weights of such layers take 7 of the 8 bits.</summary>
    public bool ReducesRange { get; init; }

    /// <summary>Blocks of weights for layers that are to be MatMulNBits; null where none is.</summary>
    public NBitsKernel? Blocks { get; init; }

    public required LayerRules Layers { get; init; }

    /// <summary>Where the step is written.</summary>
    public SourcePosition? Position { get; init; }

    /// <summary>Where the budget is written.</summary>
    public SourcePosition? BudgetPosition { get; init; }

    /// <summary>Whether a step rounds for the entropy of the codes, so that what counts are shipped bytes.</summary>
    public static bool IsByRate(MethodArguments arguments) => arguments.Get(RateKey) is not null;

    /// <exception cref="DiagnosticException">There are no widths.</exception>
    public static QuantizeOptions From(MethodArguments arguments) => new()
    {
        Weights = arguments.Get(WeightsKey) is { } written ? (IsAuto(written) ? null : written)
            : arguments.Get(RateKey) is null ? throw NoWidths(arguments)
            : null,
        Rate = arguments.Get(RateKey),
        Budget = arguments.Get(BudgetKey),
        UnderMoments = arguments.Get(Rounding),
        IsSequential = arguments.Get(Sequential),
        Ranges = arguments.Get(Form) == QuantizedForm.Integer ? arguments.Get(Range) : null,
        Blocks = arguments.Get(Form) == QuantizedForm.NBits ? new NBitsKernel(arguments.Get(Block), arguments.Get(Accuracy)) : null,
        ReducesRange = arguments.Get(ReduceRange),
        Layers = arguments.Get(LayersKey) ?? LayerRules.All,
        Position = arguments.Position,
        BudgetPosition = arguments.PositionOf(BudgetKey.Name),
    };

    private static bool IsAuto(LayerMap<string>? weights) => weights is { Entries: [(_, Auto)] };

    // One budget for all layers: auto stands for all of them.
    private static Form<LayerMap<string>?> Widths()
    {
        string[] formats = [.. WeightFormat.All.Select(format => format.Name)];
        var (fixedWidths, all) = (LayerForms.Words(formats), LayerForms.Words([.. formats, Auto]));
        return all with
        {
            Text = $"{fixedWidths.Text}; or {Auto}",
            Schema = () => Json.AnyOf(Json.Words([Auto]), fixedWidths.Schema()),
            Read = (node, what, paths) => node is MapNode map && map.Entries.Any(entry => entry.Value is ScalarNode { Text: Auto })
                ? throw NodeValues.Bad(
                    node,
                    $"'{what}' has 'auto' for some layers, and one budget is for all that a step takes. Write a step with bits for the others before it, and "
                    + "'layers:' in both.")
                : all.Read(node, what, paths),
        };
    }

    private static Form<QuantizedForm> WrittenForms() =>
        Forms.OneOf(("stored", QuantizedForm.Stored), ("integer", QuantizedForm.Integer), ("nbits", QuantizedForm.NBits));

    private static Form<double?> Rates()
    {
        var rates = Forms.PlainNumber(0.1, 8).OrNone();
        return rates with
        {
            Text = $"{rates.Text}; or {Auto}",
            Schema = () => Json.AnyOf(Json.Words([Auto]), rates.Schema()),
            Read = (node, what, paths) => node is ScalarNode { Text: Auto } ? ByBudget : rates.Read(node, what, paths),
        };
    }

    private static DiagnosticException NoWidths(MethodArguments arguments) => new(
        MethodCodes.NoGoal,
        "the step does not say how many bits a weight shall take. Write 'weights: 4' (8 loses nothing, 4 with calibration data mostly little), or "
            + "'weights: auto' with a budget, or 'rate: 2' for bits by entropy.",
        arguments.Position);
}

/// <summary>What becomes of rounded weights.</summary>
internal enum QuantizedForm
{
    /// <summary>Unpacked when the model is loaded.</summary>
    Stored,

    /// <summary>Layers compute in integers.</summary>
    Integer,

    /// <summary>Layers are MatMulNBits.</summary>
    NBits,
}
