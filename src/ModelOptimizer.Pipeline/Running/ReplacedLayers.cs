using ModelOptimizer.Methods.Options;
using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Onnx.Proto;

namespace ModelOptimizer.Pipeline.Running;

/// <summary>Explains a layer rule that would have matched had an earlier step not replaced the layer.</summary>
internal static class ReplacedLayers
{
    /// <summary>The error that says so, with the code and position of <paramref name="error"/>; null when that is about something else.</summary>
    public static DiagnosticException? Explain(DiagnosticException error, StepPlan step, OnnxModel original, CompressedModel before)
    {
        if (error.Diagnostic.Code != MethodCodes.RuleMatchesNothing || before.Steps.Count == 0)
        {
            return null;
        }

        var (first, now) = (LayerFinder.Find(original), LayerFinder.Find(before.Model));
        var rules = step.Arguments.Values.Values.OfType<ILayerRules>().SelectMany(value => value.Rules);
        var lost = rules.FirstOrDefault(rule => rule.Position == error.Diagnostic.Position && LayerSelector.Matching(now, rule).Count == 0);
        if (lost is null || LayerSelector.Matching(first, lost) is not [var layer, ..])
        {
            return null;
        }

        return new DiagnosticException(error.Diagnostic with { Message = $"the layer rule '{lost.Text}' matched '{layer.Name}' in the original model, but {Replacement(layer, original, before, now)}" }, error);
    }

    private static string Replacement(WeightLayer layer, OnnxModel original, CompressedModel before, IReadOnlyList<WeightLayer> now)
    {
        var index = before.Steps.ToList().FindIndex(step => step.Layers.Any(outcome => outcome.Layer == layer.Name && outcome.Reason is null));
        var culprit = index < 0 ? "an earlier step" : $"step {index + 1} ({before.Steps[index].Method})";
        var nodes = NewNodesOf(layer, original, before.Model);
        var names = now.Where(candidate => nodes.Contains(candidate.Node)).Select(candidate => $"'{candidate.Name}'").ToList();
        return names.Count == 0
            ? $"{culprit} left no layer there; exclude the layer from that step."
            : $"{culprit} replaced it by {string.Join(", ", names)}; name those, or exclude the layer from that step.";
    }

    // What was put in the layer's place starts at its input, goes on to the first tensor that the original has as well, and leads to the layer's output.
    private static HashSet<NodeProto> NewNodesOf(WeightLayer layer, OnnxModel original, OnnxModel model)
    {
        var old = original.Graph.Node.ToHashSet();
        var known = original.Graph.Node.SelectMany(node => node.Output).ToHashSet(StringComparer.Ordinal);
        var reached = new HashSet<string>(StringComparer.Ordinal) { layer.Input };
        var behind = new List<NodeProto>();
        foreach (var node in model.Graph.Node.Where(node => !old.Contains(node) && node.Input.Any(reached.Contains)))
        {
            behind.Add(node);
            reached.UnionWith(node.Output.Where(output => !known.Contains(output)));
        }

        // A folded BatchNormalization's output is the layer's now.
        var wanted = new HashSet<string>(StringComparer.Ordinal) { layer.Output, layer.BatchNormalization?.Output[0] ?? layer.Output };
        var found = new HashSet<NodeProto>(ReferenceEqualityComparer.Instance);
        foreach (var node in Enumerable.Reverse(behind).Where(node => node.Output.Any(wanted.Contains)))
        {
            found.Add(node);
            wanted.UnionWith(node.Input);
        }

        return found;
    }
}
