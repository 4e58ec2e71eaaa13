namespace ModelOptimizer.Methods.Convex;

/// <summary>1[v &gt; 0] as nodes of a model, in the numbers that the model computes in. A gate at zero is closed.</summary>
internal static class GateMask
{
    /// <summary>The first version of ONNX's operators whose Greater takes one number beside a tensor.</summary>
    public const long FirstOpset = 7;

    /// <param name="values">v.</param>
    /// <param name="names">Names of the student.</param>
    public static NodeProto[] Of(string values, StudentNames names)
    {
        var open = names.Node("Greater", "_open", [values, names.Constant("_zero", [0])]);
        return [open, names.Node("Cast", "_mask", [open.Output[0]], GraphWriter.Attribute("to", (long)names.ElementType))];
    }
}
