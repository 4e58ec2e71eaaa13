using ModelOptimizer.Onnx.Statistics;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Runtime;

namespace ModelOptimizer.Methods.Common;

/// <summary>
/// How far a changed model's outputs are from the original's on some calibration samples, without labels: the squared difference of every
/// floating-point output relative to its variance over the samples, averaged over the outputs.
/// </summary>
internal sealed class OutputDivergence
{
    // Multiply-adds of whole runs; a model is run from the changed layer on, and so it is half a minute of a CPU.
    private const double Affordable = 1e12;
    private const int MostSamples = 256;
    private const int MostLooks = 3;

    // What float32 leaves of equal outputs where a model was cut elsewhere.
    private const double Rounding = 1e-12;

    private readonly Engine _engine;
    private readonly OnnxModel _model;
    private readonly List<Batch> _batches = [];
    private readonly Dictionary<string, List<double[]>> _reference;
    private readonly CancellationToken _cancellation;
    private List<NodeProto>? _layers;
    private Frontier? _frontier;
    private int _reached;
    private bool _isUncuttable;

    /// <summary>Runs <paramref name="model"/> on the first batches that hold <paramref name="samples"/> samples.</summary>
    public OutputDivergence(Engine engine, OnnxModel model, IBatchSource calibration, int samples, CancellationToken cancellation)
    {
        (_engine, _model) = (engine, model);
        _cancellation = cancellation;
        var count = 0;
        foreach (var batch in calibration.Read())
        {
            _batches.Add(batch);
            count += batch.Count;
            if (count >= samples)
            {
                break;
            }
        }

        _reference = Run(model);
    }

    /// <summary>
    /// The divergence from a step's model, on as many samples as can be afforded for each of its layers; null without calibration samples or outputs to
    /// compare.
    /// </summary>
    /// <param name="context">The step's context.</param>
    /// <param name="layers">Number of its layers.</param>
    public static OutputDivergence? Of(StepContext context, int layers) =>
        context.Calibration is { } calibration
        && new OutputDivergence(context.Engine, context.Model, calibration, Afford(context, layers).Samples, context.Cancellation) is { IsUsable: true } usable
            ? usable
            : null;

    /// <summary>How often the outputs of a model with one changed layer can be looked at for each layer, and on how many samples.</summary>
    internal static (int Looks, int Samples) Afford(StepContext context, int layers)
    {
        var macs = ModelStatistics.Macs(context.Model, context.Shapes) is { } known and > 0 ? known : 1e8;
        var samples = Affordable / (macs * Math.Max(1, layers));
        var looks = samples > 64 ? MostLooks : 1;
        return (looks, (int)Math.Clamp(samples / looks, 4, MostSamples));
    }

    /// <summary>Whether there is an output to compare.</summary>
    public bool IsUsable => _reference.Values.Any(batches => batches.Count > 0);

    /// <summary>The divergence of <paramref name="changed"/>; infinite when it gives numbers that are not finite.</summary>
    public double Measure(OnnxModel changed) => Compare(Run(changed));

    /// <summary>The same of a model in which one node was changed: it is run from there on, best in the model's order.</summary>
    /// <param name="changed">The changed model.</param>
    /// <param name="node">The node of the original; null where it is not known. What is no layer's is run as a whole, too.</param>
    public double Measure(OnnxModel changed, NodeProto? node)
    {
        if (node is null || !Reach(node))
        {
            return Measure(changed);
        }

        _cancellation.ThrowIfCancellationRequested();
        var divergence = Compare(Gathered(_frontier!.Rerun(changed, node, [.. _reference.Keys])));
        return divergence > Rounding ? divergence : 0;
    }

    // Through every layer on the way, whoever asks for which: where a model is cut decides what a runtime fuses, and so the last bits.
    private bool Reach(NodeProto node)
    {
        _layers ??= [.. LayerFinder.FindAll(_model).Select(layer => layer.Node).Distinct()];
        var end = _layers.IndexOf(node);
        if (end < 0 || _isUncuttable)
        {
            return false;
        }

        if (_frontier is null || end < _reached)
        {
            _frontier?.Dispose();
            (_frontier, _reached) = (new Frontier(_engine, _model, _batches), -1);
        }

        try
        {
            while (_reached < end)
            {
                _frontier.Reach(_layers[++_reached]);
            }
        }
        catch (DiagnosticException e) when (e.Diagnostic.Code == TensorsCodes.TapUnusable)
        {
            // Something between two nodes is no tensor.
            _isUncuttable = true;
        }

        return !_isUncuttable && _frontier.IsToCome(node);
    }

    private double Compare(Dictionary<string, List<double[]>> outputs)
    {
        var sum = 0.0;
        foreach (var (name, expected) in _reference)
        {
            // What does not depend on the change is not among them.
            var found = outputs.GetValueOrDefault(name, expected);
            var mean = expected.Average(values => values.Length == 0 ? 0 : values.Average());
            double difference = 0, variance = 0;
            for (var batch = 0; batch < expected.Count; batch++)
            {
                for (var i = 0; i < expected[batch].Length; i++)
                {
                    difference += Square(expected[batch][i] - found[batch][i]);
                    variance += Square(expected[batch][i] - mean);
                }
            }

            sum += variance > 0 ? difference / variance : 0;
        }

        return double.IsFinite(sum) ? sum / _reference.Count : double.PositiveInfinity;
    }

    private static double Square(double value) => value * value;

    private Dictionary<string, List<double[]>> Run(OnnxModel model)
    {
        using var session = _engine.CreateSession(model);
        string[] readable = [.. session.Outputs.Where(output => ElementTypes.IsFloat((int)output.Type)).Select(output => output.Name)];
        return Gathered(_batches.Select(batch =>
        {
            _cancellation.ThrowIfCancellationRequested();
            return session.Run(batch.Inputs, readable);
        }));
    }

    private static Dictionary<string, List<double[]>> Gathered(IEnumerable<IReadOnlyDictionary<string, HostTensor>> batches)
    {
        var outputs = new Dictionary<string, List<double[]>>(StringComparer.Ordinal);
        foreach (var (name, tensor) in batches.SelectMany(batch => batch).Where(output => ElementTypes.IsFloat((int)output.Value.Type)))
        {
            (outputs.TryGetValue(name, out var list) ? list : outputs[name] = []).Add(tensor.Doubles());
        }

        return outputs;
    }
}
