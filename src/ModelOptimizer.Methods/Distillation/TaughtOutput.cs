using ModelOptimizer.Tensors.Shapes;
using ModelOptimizer.Tensors.Training;
using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Methods.Distillation;

/// <summary>What an output of the student is held against the original's by.</summary>
internal enum OutputLoss
{
    /// <summary>Kullback-Leibler divergence, or cross-entropy with labels: a row is the logits of classes.</summary>
    Classes,

    /// <summary>Squared error in units of the original output's variance.</summary>
    Squares,

    /// <summary>1 − cosine of the angle.</summary>
    Angle,
}

/// <summary>An output of the original that the student learns.</summary>
/// <param name="Name">The output.</param>
/// <param name="Student">The student's tensor that is compared: before any softmax where rows are classes.</param>
/// <param name="Teacher">The original's.</param>
/// <param name="Row">Shape of one sample.</param>
/// <param name="IsFlat">Whether all of the tensor, whose first axis is another, is the row of one sample.</param>
/// <param name="Loss">How they are compared.</param>
internal sealed record TaughtOutput(string Name, string Student, string Teacher, long[] Row, bool IsFlat, OutputLoss Loss)
{
    /// <summary>The column, and the input of the training graph, with what the original says.</summary>
    public string Column => $"modelopt_teacher {Name}";
}

/// <summary>Chooses the outputs that a student learns, and how.</summary>
internal sealed class TaughtOutputs
{
    // A number that no other axis in front is likely to have: one sample would be as long as the axis of a layer's state.
    private const int ProbedBatch = 7;

    private readonly StepContext _context;
    private readonly DistillationOptions _options;
    private readonly OnnxModel _model;
    private readonly Side _teacher;
    private readonly Side _student;

    /// <exception cref="DiagnosticException">The student does not run.</exception>
    public TaughtOutputs(StepContext context, OnnxModel model, DistillationOptions options)
    {
        (_context, _model, _options) = (context, model, options);
        var rows = context.Calibration?.Read().FirstOrDefault()?.Inputs
            .ToDictionary(input => input.Key, input => input.Value.Shape.Skip(1).ToArray(), StringComparer.Ordinal);
        _teacher = Side.Of(context.Engine, context.Original, rows);
        _student = ReferenceEquals(model, context.Original) ? _teacher : Side.Of(context.Engine, model, rows);
        // A model may say that it takes any number of samples and run with one only.
        IsOneByOne = _teacher.IsFreeButOne || _student.IsFreeButOne;
    }

    /// <summary>Whether samples go in one by one although the batch is free.</summary>
    public bool IsOneByOne { get; }

    /// <summary>The outputs.</summary>
    /// <exception cref="DiagnosticException">There is none to learn from, or the step's loss says nothing about it.</exception>
    public IReadOnlyList<TaughtOutput> Choose()
    {
        List<string> names = [.. _context.Original.Graph.Output.Where(IsFloat).Select(output => output.Name)];
        if (names.Count == 0)
        {
            throw NoRows(_context.Original.Graph.Output[0].Name);
        }

        List<string> common = [.. names.Where(name => _model.Graph.Output.Any(output => output.Name == name))];
        if (common.Count == 0)
        {
            throw Other(
                $"the student has no output '{names[0]}', which is what it is compared in; it has "
                    + $"{string.Join(", ", _model.Graph.Output.Select(other => $"'{other.Name}'"))}. Call the student's output as the original's.");
        }

        if (!common.Any(name => _student.Shapes.ContainsKey(name) && _teacher.Shapes.ContainsKey(name)))
        {
            throw Other("the model does not run on zeros, so its shapes are not known. Check that ONNX Runtime runs it.");
        }

        List<string> usable = [.. common.Where(name => _student.RowOf(name) is not null && _teacher.RowOf(name) is not null)];
        if (usable.Count == 0)
        {
            throw NoRows(common[0]);
        }

        if (usable.Find(name => !_student.RowOf(name)!.AsSpan().SequenceEqual(_teacher.RowOf(name))) is { } different)
        {
            throw Other(
                $"the student's output '{different}' has the shape {Text(_student.RowOf(different)!)} and the original's "
                    + $"{Text(_teacher.RowOf(different)!)}. A student must have the original's outputs.");
        }

        List<string> classes = [.. usable.Where(AreClasses)];
        List<TaughtOutput> outputs = _options.Loss switch
        {
            LossKind.Auto => usable.ConvertAll(name => Output(name, Fitting(name))),
            LossKind.Mse => usable.ConvertAll(name => Output(name, OutputLoss.Squares)),
            LossKind.Cosine => usable.ConvertAll(name => Output(name, OutputLoss.Angle)),
            LossKind.Kd when classes.Count > 0 => classes.ConvertAll(name => Output(name, OutputLoss.Classes)),
            // Whoever writes it knows that there are classes.
            _ => [Output(classes.FirstOrDefault(usable[0]), OutputLoss.Classes)],
        };
        return outputs.Find(output => output.Loss != OutputLoss.Squares && output.Row is [] or [.., 1]) is { } still ? throw Still(still) : outputs;
    }

    private OutputLoss Fitting(string name) => AreClasses(name) ? OutputLoss.Classes
        : _context.OutputMeanings.GetValueOrDefault(name) == OutputMeaning.Direction && _teacher.RowOf(name) is [> 1] ? OutputLoss.Angle
        : OutputLoss.Squares;

    private TaughtOutput Output(string name, OutputLoss loss) => loss == OutputLoss.Classes
        ? new(name, Logits.Of(_model, name, _student.Shapes), Logits.Of(_context.Original, name, _teacher.Shapes), _student.RowOf(name)!, false, loss)
        : new(name, name, name, _student.RowOf(name)!, _student.Shapes[name][0] != _student.Batch, loss);

    // Probabilities of a sigmoid are each for itself, whatever is measured of them.
    private bool AreClasses(string name) => _teacher.RowOf(name) is [.., > 1]
        && (Logits.Of(_context.Original, name, _teacher.Shapes) != name
            || (_context.OutputMeanings.GetValueOrDefault(name) == OutputMeaning.Scores
                && _context.Original.Graph.Node.FirstOrDefault(node => node.Output.Contains(name))?.Operator() is not ("Sigmoid" or "HardSigmoid")));

    // Exporters may leave the type to whoever loads the model; what is no number is found out by its shape.
    private static bool IsFloat(ValueInfoProto output) =>
        ElementTypes.IsFloat(output.Type?.TensorType?.ElemType is > 0 and var type ? type : (int)DataType.Float);

    private DiagnosticException Still(TaughtOutput output) => new(
        MethodCodes.NoTarget,
        $"this loss cannot teach anything: the output '{output.Name}' is one number a row, and the "
            + $"{(output.Loss == OutputLoss.Classes ? "softmax of one number is always 1" : "angle between two numbers says nothing")}. Write 'loss: auto' or "
            + "'loss: mse'.",
        _options.PositionOf("loss"));

    private DiagnosticException NoRows(string output) => Other(
        $"the output '{output}' is not one row of numbers a sample, so there is nothing to learn from it. Train a model with an output for each sample.");

    private DiagnosticException Other(string problem) => new(MethodCodes.OtherStudent, problem, _options.PositionOf("student"));

    private static string Text(long[] row) => $"[{string.Join(", ", row.Select(extent => $"{extent}").Prepend("N"))}]";

    /// <summary>One of the two models, with its shapes for a batch of its own size or of some samples.</summary>
    private sealed record Side(IReadOnlyDictionary<string, long[]> Shapes, int Batch, bool IsFixed)
    {
        public bool IsFreeButOne => !IsFixed && Batch == 1;

        public static Side Of(Engine engine, OnnxModel model, IReadOnlyDictionary<string, long[]>? rows)
        {
            if (BatchShapes.Fixed(model.Graph) is { } own)
            {
                return new Side(At(engine, model, own, rows), own, true);
            }

            var shapes = At(engine, model, ProbedBatch, rows);
            return shapes.Count > 0 ? new Side(shapes, ProbedBatch, false) : new Side(At(engine, model, 1, rows), 1, false);
        }

        /// <summary>Shape of a sample of an output; null where the first axis is not that of the samples.</summary>
        public long[]? RowOf(string output) => Shapes.GetValueOrDefault(output) switch
        {
            null => null,
            [var first, .. var row] when first == Batch => row,
            // States often have their layers in front; with one sample all of it belongs to that.
            { Length: > 0 } shape when Batch == 1 => [shape.Product()],
            _ => null,
        };

        private static IReadOnlyDictionary<string, long[]> At(Engine engine, OnnxModel model, int batch, IReadOnlyDictionary<string, long[]>? rows)
        {
            var graph = new GraphProto { Name = model.Graph.Name, Node = { model.Graph.Node }, Initializer = { model.Graph.Initializer } };
            graph.SparseInitializer.Add(model.Graph.SparseInitializer);
            graph.Input.Add(model.Graph.Input.Select(input => input.Clone()));
            graph.Output.Add(model.Graph.Output);
            BatchShapes.Fix(graph, batch, rows);
            var proto = new ModelProto { IrVersion = model.Proto.IrVersion, Graph = graph, OpsetImport = { model.Proto.OpsetImport } };
            proto.Functions.Add(model.Proto.Functions);
            return ShapeProbe.Run(engine, new OnnxModel(proto, model.Path));
        }
    }
}
