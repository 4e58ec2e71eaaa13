using System.Globalization;
using ModelOptimizer.Pipeline.Gates;
using ModelOptimizer.Pipeline.Reports;

namespace ModelOptimizer.Pipeline.Search;

/// <summary>What a search tells while it runs.</summary>
internal static class SearchText
{
    /// <summary>What is expected before the first candidate.</summary>
    public static string Announcement(string model, int candidates, int layers, int samples, TimeSpan evaluation) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{model}: searching over {layers} layers: at most {candidates} candidates of falling size, until one does not pass; an evaluation of {samples:N0} "
                + $"samples takes about {Duration(evaluation)}"
        );

    /// <summary>A gate that a candidate does not pass.</summary>
    public static string Failed(GateVerdict verdict) => GateText.Of(verdict.Gate!) + (verdict.Outcome == GateOutcome.Undecided ? " (undecided)" : "");

    /// <summary>One line per candidate.</summary>
    /// <param name="model">The model's name.</param>
    /// <param name="candidate">The candidate.</param>
    /// <param name="measure">What the search makes small.</param>
    /// <param name="original">What the original has of it.</param>
    /// <param name="samples">How many samples there are.</param>
    public static string Line(string model, SearchCandidate candidate, BudgetMeasure measure, long original, int samples)
    {
        var metrics = candidate.Metrics.Select(pair => double.IsNaN(pair.Original)
            ? $"{pair.Metric} {Figures.Metric(pair.Metric, pair.Compressed)}"
            : $"{pair.Metric} {Figures.Metric(pair.Metric, pair.Compressed)} ({Figures.Change(pair.Metric, pair.Original, pair.Compressed)})");
        var verdict = candidate.Passes ? "passes" : $"fails {string.Join(", ", candidate.Failed)}";
        var what = measure switch
        {
            BudgetMeasure.Macs => " multiply-adds",
            BudgetMeasure.Shipped => " shipped",
            BudgetMeasure.Latency => " a run, as forecast",
            _ => "",
        };
        var amount = SearchTrace.Amount(measure, candidate.Cost);
        return $"{model}: candidate {candidate.Number}: {Figures.Amount(measure, amount)}{what} "
            + $"({Figures.Ratio(amount, original)}), {string.Join(", ", metrics)}"
            + (candidate.Samples < samples ? FormattableString.Invariant($" on the first {candidate.Samples:N0} samples") : "")
            + $", {verdict}; {candidate.Summary}";
    }

    /// <summary>What to say when the first candidate did not pass.</summary>
    public static string NothingPassed(SearchTrace trace, ModelCost original)
    {
        var first = trace.Candidates[0];
        var what = trace.Measure switch { BudgetMeasure.Macs => "multiply-adds", BudgetMeasure.Latency => "time", _ => "bytes" };
        return "the first candidate of the search, which changes the model least, has "
            + $"{Figures.Ratio(trace.Amount(first.Cost), trace.OfOriginal(original))} of its {what} and fails {string.Join(", ", first.Failed)}. "
            + "Allow more, evaluate on more samples, or leave sensitive layers out with 'layers:'.";
    }

    private static string Duration(TimeSpan time) => time switch
    {
        { TotalSeconds: < 1.5 } => "1 s",
        { TotalSeconds: < 90 } => FormattableString.Invariant($"{time.TotalSeconds:0} s"),
        { TotalMinutes: < 90 } => FormattableString.Invariant($"{time.TotalMinutes:0} min"),
        _ => FormattableString.Invariant($"{time.TotalHours:0.#} h"),
    };
}
