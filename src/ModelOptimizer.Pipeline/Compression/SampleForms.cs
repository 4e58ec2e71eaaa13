using ModelOptimizer.Onnx.Statistics;
using ModelOptimizer.Pipeline.Datasets;
using ModelOptimizer.Pipeline.Manifest;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Sessions;
using ModelOptimizer.Tensors.Shapes;

namespace ModelOptimizer.Pipeline.Compression;

/// <summary>
/// What one sample of a model is like: as its data has it, as the manifest says, or as the model takes it. Calibration, multiply-adds, budgets, times and
/// reports all go by it.
/// </summary>
internal sealed class SampleForms
{
    private readonly JobContext _job;
    private readonly OnnxModel _model;
    private readonly ModelSession _session;
    private readonly FreeShapes _free;

    private SampleForms(JobContext job, OnnxModel model, ModelSession session) =>
        (_job, _model, _session, _free) = (job, model, session, new FreeShapes(model));

    /// <summary>The model with what is known about its samples.</summary>
    /// <exception cref="DiagnosticException">The manifest's shapes or ranges are not the model's (MOC3005, MOC3006, MOC3013), or random inputs lack them
    /// (MOC3017).</exception>
    public static OnnxModel Bind(JobContext job, OnnxModel model)
    {
        if (!job.Runs(model))
        {
            return model;
        }

        using var session = job.Engine.CreateSession(model);
        return model.With(new SampleForms(job, model, session).Form());
    }

    private RandomPlan? Random => _job.Model.Calibrate?.Random;

    private SampleForm Form()
    {
        var ranges = Ranges();
        var declared = Declared(out var isWhole);
        var form = new SampleForm { Shapes = declared, Ranges = ranges, IsOneByOne = isWhole };
        if (_free.Inputs.Except(declared.Keys, StringComparer.Ordinal).Any())
        {
            var shapes = OfData() ?? _free.Find(tried => Takes(form with { Shapes = Joined(tried.Shapes, declared) }, 1))?.Shapes;
            if (shapes is null && Random is not null)
            {
                throw NoShapes();
            }

            form = form with { Shapes = Joined(shapes ?? new Dictionary<string, long[]>(), declared) };
            if (shapes is not null && !HasData)
            {
                Say(form);
            }
        }

        var isFree = _session.Inputs.Count > 0 && _session.Inputs.All(input => input.Shape is [< 0, ..]);
        return isFree && !isWhole && Takes(form, 1) && !Takes(form, 2) ? form with { IsOneByOne = true } : form;
    }

    private bool HasData => _job.Model.Calibrate?.Dataset is not null || _job.Model.Evaluate?.Dataset is not null;

    // The first sample of what the methods, or else the gates, look at.
    private Dictionary<string, long[]>? OfData()
    {
        if (!HasData)
        {
            return null;
        }

        var draw = _job.Calibration ?? new Draw(_job.Model.Evaluate!.Dataset!, _job.Model.Evaluate.Samples);
        var batch = draw.Open(_session, _job.Plan.Seed).Read().First();
        long[] One(ModelTensor input) => input.Shape is [< 0, ..] ? [1, .. batch.Inputs[input.Name].Shape[1..]] : batch.Inputs[input.Name].Shape;
        return _session.Inputs.Where(input => batch.Inputs.ContainsKey(input.Name)).ToDictionary(input => input.Name, One, StringComparer.Ordinal);
    }

    private Dictionary<string, long[]> Declared(out bool isWhole)
    {
        isWhole = false;
        var shapes = new Dictionary<string, long[]>(StringComparer.Ordinal);
        foreach (var (name, (extents, position)) in Random?.Shapes ?? new Dictionary<string, (IReadOnlyList<int>, SourcePosition)>())
        {
            var input = Input(name, position);
            var hasFirst = extents.Count == input.Shape.Length;
            long[] shape = [.. hasFirst ? [] : input.Shape.Take(1).Select(extent => Math.Max(1, extent)), .. extents.Select(extent => (long)extent)];
            if (shape.Length != input.Shape.Length
                || (hasFirst && input.Shape is [< 0, ..] && shape[0] != 1)
                || shape.Zip(input.Shape).Any(pair => pair.Second >= 0 && pair.First != pair.Second))
            {
                throw new DiagnosticException(
                    DataCodes.Shape,
                    $"The shape {ShapeText.Of(extents.Select(extent => (long)extent))} is not one of the model's input '{name}', which is "
                        + $"{ShapeText.Of(input.Shape)}. Write its extents but the first, which counts samples (or 1 for it), and numbers "
                        + "of your own where it has '?'.",
                    position);
            }

            isWhole |= hasFirst && input.Shape is [< 0, ..];
            shapes.Add(name, shape);
        }

        return shapes;
    }

    private Dictionary<string, (double Low, double High)> Ranges()
    {
        bool IsHeld(KeyValuePair<string, (double Low, double High)> range) =>
            _session.Inputs.FirstOrDefault(input => input.Name == range.Key) is { } input
            && ElementWriter.Holds(input.Type, range.Value.Low) && ElementWriter.Holds(input.Type, range.Value.High);
        var ranges = InputRanges.Of(_model).Where(IsHeld).ToDictionary(StringComparer.Ordinal);
        foreach (var (name, (low, high, position)) in Random?.Ranges ?? new Dictionary<string, (double, double, SourcePosition)>())
        {
            var input = Input(name, position);
            if (ElementWriter.IsInteger(input.Type) && (low != Math.Floor(low) || high != Math.Floor(high)))
            {
                throw new DiagnosticException(
                    DataCodes.Value, $"The input '{name}' takes whole numbers, and its range has others. Write a range such as [0, 255].", position);
            }

            if (!ElementWriter.Holds(input.Type, low) || !ElementWriter.Holds(input.Type, high))
            {
                throw new DiagnosticException(
                    DataCodes.Value,
                    FormattableString.Invariant($"The input '{name}' is {input.Type} and cannot hold numbers from {low} to {high}. Write a range that it can."),
                    position);
            }

            ranges[name] = (low, high);
        }

        bool IsUnknown(ModelTensor input) => ElementWriter.IsInteger(input.Type) && !ranges.ContainsKey(input.Name);
        if (Random is not null && _session.Inputs.FirstOrDefault(IsUnknown) is { } unknown)
        {
            throw new DiagnosticException(
                DataCodes.RandomInputs,
                $"The model's input '{unknown.Name}' takes whole numbers, and nothing in the model shows which. Write the least and the largest: "
                    + $"'random: {{ samples: {Random.Samples}, ranges: {{ {unknown.Name}: [0, 1] }} }}'.",
                _job.Model.Calibrate!.Position);
        }

        return ranges;
    }

    private ModelTensor Input(string name, SourcePosition position) => _session.Inputs.FirstOrDefault(input => input.Name == name)
        ?? throw new DiagnosticException(
            DataCodes.Inputs,
            $"The model has no input '{name}'.{Suggestion.For(name, _session.Inputs.Select(input => input.Name))} Its inputs: "
                + $"{string.Join(", ", _session.Inputs.Select(input => input.Name))}.",
            position);

    // First what the shapes alone tell, which takes no time.
    private bool Takes(SampleForm form, int samples)
    {
        if (!FreeShapes.IsPossible(_job.Engine, _model.With(form)))
        {
            return false;
        }

        try
        {
            var batch = new RandomSource(_session.Inputs, samples, _job.Plan.Seed, form: form).Read().First();
            _session.Run(batch.Inputs);
            return true;
        }
        catch (DiagnosticException)
        {
            return false;
        }
    }

    private void Say(SampleForm form) => _job.Say(
        $"{_job.Model.Name}: one sample is {string.Join(", ", form.Shapes.Select(input => $"{input.Key} {string.Join('×', input.Value)}"))}, found by trying; "
            + "'random: { samples: …, shapes: … }' says otherwise");

    private DiagnosticException NoShapes()
    {
        var name = _free.Inputs.First(input => Random?.Shapes.ContainsKey(input) != true);
        var input = _session.Inputs.First(input => input.Name == name);
        var example = string.Join(", ", input.Shape.Skip(1).Select(extent => extent <= 0 ? 32 : extent));
        return new DiagnosticException(
            DataCodes.RandomInputs,
            $"The model's input '{input.Name}' has the shape {ShapeText.Of(input.Shape)}, and it takes none of the extents tried for '?'. Write those of one "
                + $"sample: 'random: {{ samples: {Random!.Samples}, shapes: {{ {input.Name}: [{example}] }} }}'.",
            _job.Model.Calibrate!.Position);
    }

    private static Dictionary<string, long[]> Joined(IReadOnlyDictionary<string, long[]> found, IReadOnlyDictionary<string, long[]> declared)
    {
        var all = found.ToDictionary(StringComparer.Ordinal);
        foreach (var (name, shape) in declared)
        {
            all[name] = shape;
        }

        return all;
    }
}
