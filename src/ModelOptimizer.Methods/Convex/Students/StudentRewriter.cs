using ModelOptimizer.Onnx.Blocks;
using ModelOptimizer.Onnx.Editing;
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
        var result = model.Clone();
        var nodes = new BlockReader(result, new Dictionary<string, long[]>()).Read(task.Block.From, task.Block.To).Block!.Nodes;
        var editor = new GraphEditor(result);
        editor.ReplaceNodes(nodes, student.Emit(new StudentNames(task.Block, task.ElementType, editor, result.Opset)));
        editor.Prune();
        return ShapeProbe.Run(engine, result).TryGetValue(task.Block.To, out var shape) && shape.SequenceEqual(task.OutputShape)
            ? result
            : throw new InvalidOperationException($"the student of '{task.Block.Name}' does not make a tensor of shape [{string.Join(", ", task.OutputShape)}]");
    }
}
