using ModelOptimizer.Pipeline.Metrics;
using ModelOptimizer.Tensors.Data;

namespace ModelOptimizer.Pipeline.Evaluation;

/// <summary>Runs the original and the compressed model over the same samples and scores every one.</summary>
internal static class Evaluator
{
    /// <summary>One pass over <paramref name="data"/>.</summary>
    /// <param name="original">The original's output for a batch.</param>
    /// <param name="compressed">The compressed model's.</param>
    /// <param name="data">The samples.</param>
    /// <param name="metrics">What to compute; a metric that cannot be computed says so in <see cref="MetricScores.Problem"/>.</param>
    /// <param name="output">The model output that metrics look at, whose first dimension counts samples.</param>
    /// <param name="progress">Told after every batch.</param>
    /// <param name="stop">Asked about five times on the way, with what the samples so far say; true ends the evaluation there, and the result is not
    /// complete.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <exception cref="Diagnostics.DiagnosticException">A model cannot run on the data or has no such output (MOC23xx).</exception>
    public static EvaluationResult Evaluate(
        Func<Batch, HostTensor> original,
        Func<Batch, HostTensor> compressed,
        IBatchSource data,
        IReadOnlyList<IMetric> metrics,
        string output,
        IProgress<MethodProgress>? progress = null,
        Func<EvaluationResult, bool>? stop = null,
        CancellationToken cancellation = default)
    {
        var checkpoints = new Checkpoints(data.Count);
        var collectors = metrics.Select(metric => new ScoreCollector(metric, output)).ToArray();
        var done = 0;
        foreach (var batch in data.Read())
        {
            cancellation.ThrowIfCancellationRequested();
            if (batch.Count == 0)
            {
                continue;
            }

            Score(batch, Rows(original, batch, "original"), Rows(compressed, batch, "compressed"), collectors);
            done += batch.Count;
            progress?.Report(new MethodProgress("evaluate", done, data.Count));
            if (stop is not null && checkpoints.IsPassed(done) && stop(Result()))
            {
                break;
            }
        }

        return Result();

        EvaluationResult Result() => new(done, [.. collectors.Select(collector => collector.Result())]) { Total = data.Count };

        (OutputRows? Rows, string? Problem) Rows(Func<Batch, HostTensor> run, Batch batch, string model)
        {
            var rows = OutputRows.TryRead(run(batch), batch.Count, out var problem);
            return (rows, $"output '{output}' of the {model} model {problem}; choose another with 'evaluate: {{ output: NAME }}'");
        }
    }

    private static void Score(
        Batch batch,
        (OutputRows? Rows, string? Problem) original,
        (OutputRows? Rows, string? Problem) compressed,
        ScoreCollector[] collectors
    )
    {
        var labels = batch.Targets is { } targets ? new LabelRows(targets, batch.Count) : null;
        foreach (var collector in collectors)
        {
            if (original.Rows is null || compressed.Rows is null)
            {
                collector.Fail((original.Rows is null ? original.Problem : compressed.Problem)!);
                continue;
            }

            collector.Add(original.Rows, compressed.Rows, labels, batch);
        }
    }
}

/// <summary>When an evaluation asks whether it has seen enough: early enough to save most of a hopeless one, seldom enough to cost nothing.</summary>
internal sealed class Checkpoints(int total)
{
    private static readonly double[] Shares = [0.1, 0.2, 0.35, 0.5, 0.7];

    private int _next;

    /// <summary>Whether the first <paramref name="done"/> samples pass a checkpoint that those before did not; never at the end.</summary>
    public bool IsPassed(int done)
    {
        var passed = _next;
        while (passed < Shares.Length && done >= Shares[passed] * total)
        {
            passed++;
        }

        var isNew = passed > _next;
        _next = passed;
        return isNew && done < total;
    }
}
