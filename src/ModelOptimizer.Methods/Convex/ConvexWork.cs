using ModelOptimizer.Onnx.Blocks;

namespace ModelOptimizer.Methods.Convex;

/// <summary>One run's blocks and students, and what the run needs.</summary>
internal sealed class ConvexWork
{
    // Of what all blocks together would save, auto takes the largest parts until so much is saved.
    private const double Worthwhile = 0.9;

    private readonly StepContext _context;
    private readonly IReadOnlyDictionary<string, Choice>? _chosen;
    private readonly ConvexOptions _options;
    private readonly IStudentForm _maps;
    private readonly IStudentForm _vectors;

    /// <exception cref="DiagnosticException">The block that the options name is none, or an option is of use to none of the blocks.</exception>
    public ConvexWork(StepContext context, ConvexOptions options, IReadOnlyDictionary<string, Choice>? chosen)
    {
        (_context, _options, _chosen) = (context, options, chosen);
        var blocks = new BlockChoice(context.Model, context.Shapes, options).Blocks;
        // The original where it still has the tensors: what the steps before lost is not learned.
        var kept = context
            .Original.Graph.Node.SelectMany(node => node.Output)
            .Concat(context.Original.Graph.Input.Select(input => input.Name))
            .ToHashSet(StringComparer.Ordinal);
        Teacher = blocks.All(block => kept.Contains(block.From) && kept.Contains(block.To)) ? context.Original : context.Model;
        (_maps, _vectors) = (new ConvolutionalForm(context, options, Teacher), new MlpForm(context, options));
        var layers = LayerFinder.Find(context.Model);
        SelectedBlock[] selected = [.. blocks.Select(block => Select(Task(block, layers)))];
        Blocks = options is { Auto: true, Block: null } && chosen is null ? Paying(selected) : selected;
        RequireUse();
    }

    /// <summary>The selected blocks in the model's order.</summary>
    public IReadOnlyList<SelectedBlock> Blocks { get; }

    /// <summary>The model whose blocks are the targets.</summary>
    public OnnxModel Teacher { get; }

    public MethodPlan Plan
    {
        get
        {
            StudentNeeds[] needs = [.. Replaced.Select(block => block.Form!.Needs(block.Task, _context.Calibration?.Count ?? 0))];
            return new MethodPlan(
                [.. Replaced.Select(block => block.Task.Block.Name)],
                needs.Select(need => need.PeakBytes).DefaultIfEmpty(0).Max(),
                needs.Sum(need => need.Flops)
            );
        }
    }

    private IEnumerable<SelectedBlock> Replaced => Blocks.Where(block => block.Form is not null);

    /// <exception cref="DiagnosticException">The fit of a block does not fit into memory.</exception>
    public void RequireMemory() =>
        MachineMemory.Require(Plan.PeakBytes, "fitting a student", _ => "Write a smaller 'width', or fewer 'samples' of 'calibrate'.", _options.Position);

    private BlockTask Task(Block block, IReadOnlyList<WeightLayer> layers)
    {
        long[] Shape(string tensor) => _context.Shapes.GetValueOrDefault(tensor) ?? [];
        var type = layers.FirstOrDefault(layer => block.Nodes.Any(node => ReferenceEquals(node, layer.Node)))?.ElementType ?? 0;
        return new BlockTask(block, Shape(block.From), Shape(block.To), type, WidthOf(_chosen?.GetValueOrDefault(block.Name)) ?? _options.Width);
    }

    private SelectedBlock Select(BlockTask task)
    {
        var choice = _chosen?.GetValueOrDefault(task.Block.Name);
        if (_chosen is not null && WidthOf(choice) is null)
        {
            return new SelectedBlock(task, null, Chosen.ReasonOf(choice) ?? "nothing was chosen for it");
        }

        if (task.InputShape.Length == 0 || task.OutputShape.Length == 0)
        {
            return new SelectedBlock(task, null, "its shapes are not known: the model does not run on zeros");
        }

        var form = task.OutputShape.Length == 2 ? _vectors : _maps;
        var obstacle = !ElementTypes.IsFloat(task.ElementType) ? $"it computes in {ElementTypes.Name(task.ElementType)}"
            : _context.Model.Opset < Opsets.Broadcast ? $"the model's operators are of version {_context.Model.Opset}, and a gate needs {Opsets.Broadcast}"
            : form.Obstacle(task);
        if (obstacle is not null)
        {
            return new SelectedBlock(task, null, obstacle);
        }

        var cost = form.Cost(task);
        return cost.Weights < task.Block.Weights
            ? new SelectedBlock(task, form, null)
            : new SelectedBlock(
                task,
                null,
                FormattableString.Invariant($"a student of width {cost.Width} has {cost.Weights:#,0} weights, and the block {task.Block.Weights:#,0}")
            );
    }

    // Earlier lock files have a width as a rank.
    private int? WidthOf(Choice? choice) => choice switch
    {
        null or Choice.Keep => null,
        Choice.Width width => width.Gates,
        Choice.Ranks { Values: [var gates] } => gates,
        _ => throw new DiagnosticException(MethodCodes.BadRanks, $"'{choice.Text}' is decided for a block, where this step takes a width.", _options.Position),
    };

    private void RequireUse()
    {
        foreach (var form in new[] { _maps, _vectors }.Where(form => Replaced.Any() && Replaced.All(block => block.Form != form)))
        {
            if (form.Options.FirstOrDefault(_options.IsWritten) is { } useless)
            {
                throw new DiagnosticException(
                    MethodCodes.OptionWithoutUse,
                    $"'{useless}' is for {form.Blocks}, and the step replaces none. Remove it, or choose such a block.",
                    _options.PositionOf(useless)
                );
            }
        }
    }

    private static SelectedBlock[] Paying(SelectedBlock[] selected)
    {
        var possible = selected.Where(block => block.Form is not null).OrderByDescending(block => block.Saved).ToList();
        var (goal, saved) = (Worthwhile * possible.Sum(block => block.Saved), 0L);
        var taken = possible
            .TakeWhile(block =>
            {
                var needed = saved < goal;
                saved += block.Saved;
                return needed;
            })
            .ToHashSet();
        return
        [
            .. selected.Select(block =>
                block.Form is null || taken.Contains(block)
                    ? block
                    : block.Without(FormattableString.Invariant($"it would save {block.Saved:#,0} weights, little beside the others"))
            ),
        ];
    }
}

/// <summary>Which blocks a step means.</summary>
/// <param name="model">The model so far.</param>
/// <param name="shapes">Its shapes for one sample.</param>
/// <param name="options">The step's options.</param>
internal sealed class BlockChoice(OnnxModel model, IReadOnlyDictionary<string, long[]> shapes, ConvexOptions options)
{
    /// <summary>The blocks in the model's order.</summary>
    /// <exception cref="DiagnosticException">The block that is named is none.</exception>
    public IReadOnlyList<Block> Blocks
    {
        get
        {
            if (options.Block is { From: { } from, To: { } to })
            {
                return [Between(from, to)];
            }

            var listed = BlockFinder.Find(model, shapes);
            return options.Block is { Name: { } name } ? [Named(listed, name)]
                : options.Auto ? [.. listed.Where(block => block.Kind is BlockKind.Stage or BlockKind.Layers)]
                : Last(listed);
        }
    }

    private static Block[] Last(IReadOnlyList<Block> listed) =>
        [
            .. new[] { BlockKind.Stage, BlockKind.Layers, BlockKind.Head }
                .Select(kind => listed.LastOrDefault(block => block.Kind == kind))
                .OfType<Block>()
                .Take(1),
        ];

    private Block Named(IReadOnlyList<Block> listed, string name) =>
        listed.FirstOrDefault(block => block.Name == name)
        ?? throw Unknown(
            $"the model has no block '{name}'. "
                + (listed.Count == 0
                    ? "None could be told apart in it; write 'block: { from: TENSOR, to: TENSOR }'."
                    : $"'modelopt blocks' lists {Quote(listed.Select(block => block.Name))}.")
        );

    private Block Between(string from, string to)
    {
        var reader = new BlockReader(model, shapes);
        foreach (var tensor in new[] { from, to }.Where(tensor => !reader.Tensors.Contains(tensor)))
        {
            var nearest = reader.Tensors.OrderBy(name => EditDistance.Between(tensor, name)).ThenBy(name => name, StringComparer.Ordinal).Take(3);
            throw Unknown(
                $"the model has no tensor '{tensor}' that depends on its inputs. The nearest names are {Quote(nearest)}; 'modelopt blocks' lists the tensors "
                    + "between which there are blocks."
            );
        }

        var (block, obstacle) = reader.Read(from, to);
        return block is null
                ? throw new DiagnosticException(
                    MethodCodes.NotABlock,
                    $"there is no block from '{from}' to '{to}': {obstacle}. A block has one entry and one exit; choose tensors that everything passes "
                        + "through, such as those that 'modelopt blocks' lists.",
                    options.PositionOf("block")
                )
            : block.Weights > 0
                ? block with
                {
                    Name = BlockFinder.Find(model, shapes).FirstOrDefault(other => (other.From, other.To) == (from, to))?.Name ?? block.Name,
                }
            : throw new DiagnosticException(
                MethodCodes.NotABlock,
                $"there are no weights from '{from}' to '{to}', so a student would not be smaller. Choose tensors with layers between them.",
                options.PositionOf("block")
            );
    }

    private DiagnosticException Unknown(string problem) => new(MethodCodes.UnknownBlock, problem, options.PositionOf("block"));

    private static string Quote(IEnumerable<string> names) => string.Join(", ", names.Select(name => $"'{name}'"));
}

/// <summary>A block and what shall become of it.</summary>
/// <param name="Task">The block.</param>
/// <param name="Form">The student that replaces it; null leaves it alone.</param>
/// <param name="Reason">Why it is left alone; null when it is not.</param>
internal sealed record SelectedBlock(BlockTask Task, IStudentForm? Form, string? Reason)
{
    /// <summary>Weights that the student saves.</summary>
    public long Saved => Task.Block.Weights - Form!.Cost(Task).Weights;

    /// <summary>The same block, left alone.</summary>
    public SelectedBlock Without(string reason) => this with { Form = null, Reason = reason };
}
