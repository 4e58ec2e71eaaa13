using ModelOptimizer.Onnx.Blocks;
using ModelOptimizer.Tensors.Shapes;

namespace ModelOptimizer.Methods.Convex;

/// <summary>Convex distillation: blocks of a network are replaced by gated students, which are fitted to the blocks' activations without labels.</summary>
internal sealed class ConvexDistillationMethod : IMethod
{
    public string Name => "convex-distillation";

    public string Summary =>
        "Convex distillation: replaces a block, such as the last stage, by a small gated student that is fitted to the block's activations. Needs no labels.";

    public string Paper => "Varshney, Pilanci: Convex Distillation: Efficient Compression of Deep Networks via Convex Optimization. arXiv 2410.06567";

    public bool CompressesLayers => false;

    public IReadOnlyList<Option> Options => ConvexKeys.All;

    public IStep Prepare(StepContext context, MethodArguments arguments) => new ConvexStep(context, ConvexOptions.From(arguments));

    private sealed class ConvexStep(StepContext context, ConvexOptions options) : IStep
    {
        private readonly ConvexWork _own = new(context, options, chosen: null);

        public MethodPlan Plan => _own.Plan;

        public StepResult Apply(IReadOnlyDictionary<string, Choice>? chosen)
        {
            var work = chosen is null ? _own : new ConvexWork(context, options, chosen);
            var samples = context.Calibration
                ?? throw new DiagnosticException(
                    MethodCodes.NoCalibration,
                    "the method fits students to a block's activations, and the model has no calibration data. Add 'calibrate: { dataset: … }' to the model.",
                    options.Position
                );
            if (work.Blocks.All(block => block.Form is null))
            {
                throw NothingToCompress(options, work.Blocks);
            }

            work.RequireMemory();
            var (model, fitted) = (context.Model, new Dictionary<SelectedBlock, FittedStudent>());
            foreach (var block in work.Blocks.Where(block => block.Form is not null))
            {
                var seen = options.Inputs == InputKind.Sequential ? model : work.Teacher;
                var student = block.Form!.Fit(block.Task, new BlockActivations(context.Engine, seen, work.Teacher, block.Task.Block, samples));
                fitted.Add(block, student);
                if (student.Cost.Weights < block.Task.Block.Weights)
                {
                    model = StudentRewriter.Apply(context.Engine, model, block.Task, student);
                }
            }

            return model.SizeInBytes < context.Model.SizeInBytes
                ? new StepResult(model, [.. work.Blocks.Select(block => Outcome(block, fitted.GetValueOrDefault(block)))])
                {
                    Series = [.. fitted.Values.SelectMany(student => student.Series)],
                    Certificates = [.. fitted.Values.SelectMany(student => student.Certificates)],
                }
                : throw NothingToCompress(
                    options,
                    [.. work.Blocks.Select(block => block.Without(block.Reason ?? TooLarge(block, fitted[block]) ?? "its student takes as many bytes"))]
                );
        }
    }

    private static LayerOutcome Outcome(SelectedBlock block, FittedStudent? student)
    {
        var before = new LayerOutcome
        {
            Layer = block.Task.Block.Name,
            From = block.Task.Block.From,
            To = block.Task.Block.To,
            ParametersBefore = block.Task.Block.Weights,
            ParametersAfter = block.Task.Block.Weights,
            MacsBefore = block.Task.Block.Macs,
            MacsAfter = block.Task.Block.Macs,
            SkipReason = block.Reason,
        };
        return student is null ? before
            : TooLarge(block, student) is { } reason ? before with { SkipReason = reason }
            : before with
            {
                ParametersAfter = student.Cost.Weights,
                MacsAfter = student.Cost.Macs,
                Ranks = [student.Cost.Width],
                Width = student.Cost.Width,
                RelativeError = student.RelativeError,
                Note = student.Note,
            };
    }

    // Where only the fit knows the size.
    private static string? TooLarge(SelectedBlock block, FittedStudent student) => student.Cost.Weights < block.Task.Block.Weights
        ? null
        : FormattableString.Invariant($"its student has {student.Cost.Weights:#,0} weights, and the block {block.Task.Block.Weights:#,0} ({student.Note})");

    private static DiagnosticException NothingToCompress(ConvexOptions options, IReadOnlyList<SelectedBlock> blocks)
    {
        var found =
            blocks.Count == 0
                ? "no block with weights was found"
                : string.Join("; ", blocks.Take(5).Select(block => $"'{block.Task.Block.Name}' stays: {block.Reason}"));
        return new DiagnosticException(
            MethodCodes.NothingToCompress,
            $"there is nothing to replace: {found}. Choose another block ('modelopt blocks' lists them) or other options, or remove the step.",
            options.Position
        );
    }
}

/// <summary>Puts a student in the place of its block.</summary>
internal static class StudentRewriter
{
    /// <summary>A clone of <paramref name="model"/> with the student.</summary>
    /// <param name="engine">Runs the result once on zeros: the tensor that leaves must have its shape still.</param>
    /// <param name="model">The model; its tensors between <see cref="Block.From"/> and <see cref="Block.To"/> go.</param>
    /// <param name="task">The block.</param>
    /// <param name="student">What takes its place.</param>
    public static OnnxModel Apply(Engine engine, OnnxModel model, BlockTask task, FittedStudent student)
    {
        var block = new BlockReader(model, new Dictionary<string, long[]>()).Read(task.Block.From, task.Block.To).Block!;
        var result = Rewrite.Apply(model, [block], (site, rewrite) =>
        {
            var write = rewrite.Writer(site.To, task.ElementType);
            student.Write(write, site.From);
            write.NewNodes[^1].Output[0] = site.To;
            rewrite.Replace([.. site.Nodes.Select(rewrite.Own)], write);
        });
        return ShapeProbe.Run(engine, result).TryGetValue(task.Block.To, out var shape) && shape.SequenceEqual(task.OutputShape)
            ? result
            : throw new InvalidOperationException(
                $"the student of '{task.Block.Name}' does not make a tensor of shape [{string.Join(", ", task.OutputShape)}]"
            );
    }
}
