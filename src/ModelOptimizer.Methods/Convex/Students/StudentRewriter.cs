using ModelOptimizer.Onnx.Blocks;
using ModelOptimizer.Tensors.Shapes;

namespace ModelOptimizer.Methods.Convex;

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
