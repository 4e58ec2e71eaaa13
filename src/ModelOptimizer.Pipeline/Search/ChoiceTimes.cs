using ModelOptimizer.Pipeline.Compression;
using ModelOptimizer.Pipeline.Datasets;
using ModelOptimizer.Pipeline.Gates;
using ModelOptimizer.Pipeline.Timing;
using ModelOptimizer.Tensors.Shapes;

namespace ModelOptimizer.Pipeline.Search;

/// <summary>
/// What ranks save of a run's time. Of every layer and step a few ranks are timed against the original layer; the time of the others follows from their
/// multiply-adds, by a line through those.
/// </summary>
/// <param name="job">The job.</param>
/// <param name="model">The model before the searched steps.</param>
internal sealed class ChoiceTimes(JobContext job, OnnxModel model)
{
    // Where among a layer's choices, by multiply-adds.
    private static readonly double[] Places = [0.1, 0.45, 0.8];

    // A layer must be faster by more than what the line may be wrong.
    private const double ClearlyFaster = 0.97;

    private static readonly TimeSpan WholeModel = TimeSpan.FromSeconds(1);

    private readonly LayerTimer _timer = new(job, model);

    /// <summary>
    /// Leaves <paramref name="options"/> the choices that make their layer faster, with nanoseconds in place of multiply-adds, and returns those of a run of
    /// the model.
    /// </summary>
    /// <param name="steps">The searched steps.</param>
    /// <param name="offered">What each of them offers.</param>
    /// <param name="options">The choices of all steps, by layer.</param>
    public double Replace(
        IReadOnlyDictionary<int, IStep> steps,
        IReadOnlyDictionary<int, IReadOnlyList<LayerChoices>> offered,
        OrderedDictionary<string, List<StepChoice>> options)
    {
        using var session = job.Engine.CreateTimed(model);
        var inputs = RandomSource.Of(session, 1, job.Plan.Seed).Read().First().Inputs;
        var whole = 1e9 * LatencyMeter.Measure(new SessionLatencyProbe(session, session, inputs), WholeModel, job.Cancellation).OriginalSeconds;
        var lines = new Dictionary<(string Layer, int Step), Line>();
        foreach (var (index, step) in steps)
        {
            foreach (var (layer, points) in Points(step, offered[index]))
            {
                lines.Add((layer, index), Line.Through(points));
            }
        }

        // Layers alone take longer than in the model, where a device has more to do at once.
        var alone = lines.GroupBy(line => line.Key.Layer).Sum(layer => layer.Max(line => line.Value.Original));
        var scale = Math.Min(1e9, whole / alone);
        foreach (var (layer, list) in options)
        {
            List<StepChoice> kept = [.. list.Select(option => Timed(option, lines.GetValueOrDefault((layer, option.Step)), scale)).OfType<StepChoice>()];
            list.Clear();
            list.AddRange(kept);
        }

        return whole;
    }

    private static StepChoice? Timed(StepChoice option, Line? line, double scale) => option.IsKeep ? option
        : line?.Share(-option.Choice.Bytes) < ClearlyFaster
            ? option with { Choice = option.Choice with { Bytes = -scale * line.Original * (1 - line.Share(-option.Choice.Bytes)) } }
            : null;

    private Dictionary<string, List<(double Saved, LayerTime Time)>> Points(IStep step, IReadOnlyList<LayerChoices> offered)
    {
        var points = new Dictionary<string, List<(double Saved, LayerTime Time)>>(StringComparer.Ordinal);
        var layers = offered
            .Select(layer => (layer.Layer, Choices: layer.Choices.Where(choice => choice is not Choice.Keep).OrderBy(choice => choice.Bytes).ToList()))
            .Where(layer => layer.Choices.Count > 0)
            .ToList();
        foreach (var place in Places)
        {
            var chosen = layers.ToDictionary(layer => layer.Layer, layer => layer.Choices[(int)(place * layer.Choices.Count)], StringComparer.Ordinal);
            if (step.Outline(chosen) is not { } outline)
            {
                return points;
            }

            var shapes = ShapeProbe.Run(job.Engine, outline);
            foreach (var (done, (layer, choice)) in chosen.Index())
            {
                job.Cancellation.ThrowIfCancellationRequested();
                job.Progress.Report(new MethodProgress("time of layers", done, chosen.Count));
                if (_timer.Measure(outline, shapes, layer) is { } time)
                {
                    if (!points.TryGetValue(layer, out var list))
                    {
                        points.Add(layer, list = []);
                    }

                    list.Add((-choice.Bytes, time));
                }
            }
        }

        return points;
    }

    /// <summary>A layer's time as a share of the original's, by the multiply-adds that are saved: least squares, never rising with what is saved.</summary>
    private sealed record Line(double Saved, double Middle, double Slope, double Original)
    {
        public static Line Through(List<(double Saved, LayerTime Time)> points)
        {
            var (saved, share) = (points.Average(point => point.Saved), points.Average(point => point.Time.Ratio));
            var spread = points.Sum(point => Math.Pow(point.Saved - saved, 2));
            var slope = spread > 0 ? points.Sum(point => (point.Saved - saved) * (point.Time.Ratio - share)) / spread : 0;
            return new Line(saved, share, Math.Min(0, slope), points.Average(point => point.Time.OriginalSeconds));
        }

        public double Share(double saved) => Math.Max(0.01, Middle + (Slope * (saved - Saved)));
    }
}
