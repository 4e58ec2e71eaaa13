namespace ModelOptimizer.Pipeline.Reports;

/// <summary>Sentences that the readable reports share.</summary>
internal static class Wording
{
    /// <summary>What all gates together say.</summary>
    public static string Verdict(ModelReport model)
    {
        var missed = model.Gates.Where(gate => !gate.Holds).ToList();
        return (model.Gates.Count, missed.Count) switch
        {
            (0, _) => "there are no gates",
            (1, 0) => "the gate holds" + Unmeasured(model),
            (var all, 0) => $"all {all} gates hold{Unmeasured(model)}",
            (1, _) => "the gate does not hold",
            (var all, var some) => $"{some} of {all} gates {(some == 1 ? "does" : "do")} not hold",
        };
    }

    /// <summary>Whether the model's answers were held against anything: labels, the original's answers, or what the user's program says.</summary>
    public static bool MeasuresAccuracy(ModelReport model) =>
        model.Metrics.Count > 0 || model.Gates.Any(gate =>
            gate.Metric == Gates.GateRules.OutputError ? model.OutputErrors?.Dataset is not null : !Gates.GateRules.Costs.Contains(gate.Metric));

    /// <summary>What is put behind good news of gates that look at no answer; nothing where one does.</summary>
    public static string Unmeasured(ModelReport model) => MeasuresAccuracy(model) ? "" : ", accuracy was not measured";

    /// <summary>Where the ranks come from.</summary>
    public static string Ranks(ModelReport model) => model.Decisions switch
    {
        DecisionSource.Search => "a search under the gates",
        DecisionSource.Lock => "the lock file",
        _ => "the manifest",
    };

    /// <summary>What went before the first step; null where nothing did.</summary>
    public static string? Stripped(ModelReport model) => model.Stripped == 0 ? null
        : $"{Figures.Bytes(model.Stripped)} of the original ({Figures.Ratio(model.Stripped, model.Before.Bytes)}) were neither weight nor structure, and went "
            + "first.";

    /// <summary>What measured times mean for the next run; null when they had no say.</summary>
    public static string? ByTime(ModelReport model) => model.DecidedByTime
        ? "Decided by time: some of this model's layers were chosen by measured time, so that another run may choose others. A lock file keeps the decisions."
        : null;

    /// <summary>What the methods learned from.</summary>
    public static string Calibration(ModelReport model) => model.CalibratedOn switch
    {
        null => "none",
        { Dataset: null, Samples: var samples } => Samples(samples ?? 0, "random input"),
        { Dataset: var name, Samples: null } => $"{name}, all samples",
        { Dataset: var name, Samples: { } samples } => $"{name}, a draw of {Samples(samples)}",
    };

    /// <summary>What the final numbers were measured on.</summary>
    public static string Evaluation(ModelReport model) => model.EvaluatedOn switch
    {
        null => "none",
        { Dataset: null } => "the manifest's own command",
        { Dataset: var name, Samples: null } => model.Metrics.Count == 0 ? $"{name}, all samples" : $"{name}, all {Samples(model.Metrics[0].Samples)}",
        { Dataset: var name, Samples: { } samples } => $"{name}, a draw of {Samples(samples)}",
    } + (model.Gates.Select(gate => gate.ConfirmedOn).FirstOrDefault(name => name is not null) is { } confirm ? $"; gates confirmed on {confirm}" : "");

    /// <summary>How many candidates a search tried, and what came of it.</summary>
    public static string Search(ModelReport model)
    {
        var search = model.Search!;
        var outcome = search.Chosen is { } chosen ? $"Candidate {Figures.Count(chosen)} was taken." : "None passed every gate.";
        var end = search.IsOutOfTime ? "until the time was over" : search.Candidates is [.., { Passes: true }] ? "to its end" : "until one did not pass";
        return $"{Samples(search.Candidates.Count, "candidate")} of a list of {Figures.Count(search.Predicted)} evaluated, the largest first, {end}. "
            + outcome
            + (model.Looks > 1 ? $" {Looks(model)}" : "");
    }

    /// <summary>What it means that other searches looked at the same samples before.</summary>
    public static string Looks(ModelReport model) =>
        $"This was search {Figures.Count(model.Looks)} on these samples, and the gates' confidence is for one: 'confirm' of 'evaluate' names samples for the "
        + "last word.";

    /// <summary>How a candidate's layers came to what they have.</summary>
    public const string SharedOut = "What may remain of the model is shared out so that the sum of the forecasts is least. A forecast is what the error of "
        + "one layer alone does to the outputs on the calibration data, squared and as a share of their variance; labels have no say.";

    /// <summary>What a search makes small, by the name of the gate on it.</summary>
    public static string Searched(SearchTrace search) => search.Measure switch
    {
        BudgetMeasure.Macs => Gates.GateRules.Macs,
        BudgetMeasure.Latency => Gates.GateRules.Latency,
        BudgetMeasure.Shipped => Gates.GateRules.Shipped,
        _ => Gates.GateRules.Size,
    };

    /// <summary>Whether a candidate was decided before all samples were looked at.</summary>
    public static bool StoppedEarly(SearchTrace search, SearchCandidate candidate) => candidate.Samples < search.Candidates.Max(other => other.Samples);

    /// <summary>How many layers a step rewrote.</summary>
    public static string Rewritten(StepReport step) =>
        $"{step.Layers.Count(layer => layer.SkipReason is null)} of {Samples(step.Layers.Count, "layer")} rewritten";

    /// <summary>ONNX Runtime's version.</summary>
    public static string Runtime(ModelReport model) =>
        model.DeviceClass.LastIndexOf(Tensors.Devices.Device.RuntimeMark, StringComparison.Ordinal) is var at and >= 0
            ? model.DeviceClass[(at + Tensors.Devices.Device.RuntimeMark.Length)..]
            : "–";

    /// <summary>The device without the runtime's version, and what of the model it left to the CPU.</summary>
    public static string Device(ModelReport model) =>
        (
            model.DeviceClass.LastIndexOf(Tensors.Devices.Device.RuntimeMark, StringComparison.Ordinal) is var at and >= 0
                ? model.DeviceClass[..at]
                : model.DeviceClass
        ) + Figures.OnCpu(model.Placement);

    /// <summary>What a gate said, in words.</summary>
    public static string Outcome(GateVerdict gate) => gate.Outcome == GateOutcome.NotMeasured ? "not measured" : gate.Outcome.ToString().ToLowerInvariant();

    /// <summary>What else there is to say of a layer.</summary>
    public static string Note(LayerOutcome layer) => layer switch
    {
        { SkipReason: null } => layer.Note ?? "",
        { Note: { } note } => $"{note}: {layer.SkipReason}",
        _ => $"left alone: {layer.SkipReason}",
    };

    /// <summary><c>1 sample</c>, <c>2,000 samples</c>.</summary>
    public static string Samples(int count, string noun = "sample") => $"{Figures.Count(count)} {noun}{(count == 1 ? "" : "s")}";
}
