namespace ModelOptimizer.Onnx.Raising;

/// <summary>Rewrites a node for opset 13, or says why it cannot.</summary>
internal delegate void RaisingRule(RaisedNode node);

/// <summary>How every operator of opsets 1 to 12 is written in opset 13. What is in no table is refused.</summary>
internal static class RaisingCatalogue
{
    /// <summary>
    /// The node stays: later versions took more types or more axes, said more clearly what was meant, or have attributes whose default is what was.
    /// </summary>
    public static readonly RaisingRule Keep = _ => { };

    // OneHot counts negative indices from the end since 11, and ONNX Runtime does so in every version.
    private static readonly string[] Kept =
    [
        "Abs", "Acos", "Acosh", "ArgMax", "ArgMin", "Asin", "Asinh", "Atan", "Atanh", "AveragePool", "BitShift", "Ceil", "Celu", "Compress",
        "ConcatFromSequence", "Constant", "ConstantOfShape", "Conv", "ConvInteger", "ConvTranspose", "Cos", "Cosh", "CumSum", "DepthToSpace",
        "DequantizeLinear", "Det", "DynamicQuantizeLinear", "Einsum", "Elu", "Erf", "Exp", "Expand", "EyeLike", "Flatten", "Floor", "Gather",
        "GatherElements", "GatherND", "GlobalAveragePool", "GlobalMaxPool", "GreaterOrEqual", "HardSigmoid", "Identity", "If", "InstanceNormalization",
        "IsInf", "IsNaN", "LRN", "LeakyRelu", "LessOrEqual", "Log", "Loop", "LpNormalization", "MatMul", "MatMulInteger", "Max", "MaxPool", "MaxRoiPool",
        "MaxUnpool", "Mean", "Min", "Mod", "Multinomial", "Neg", "NegativeLogLikelihoodLoss", "NonMaxSuppression", "NonZero", "Not", "OneHot",
        "QLinearConv", "QLinearMatMul", "QuantizeLinear", "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Range",
        "Reciprocal", "ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd",
        "ReduceSumSquare", "Relu", "ReverseSequence", "RoiAlign", "Round", "ScatterElements", "ScatterND", "SequenceAt", "SequenceConstruct",
        "SequenceEmpty", "SequenceErase", "SequenceInsert", "SequenceLength", "Shape", "Shrink", "Sigmoid", "Sign", "Sin", "Sinh", "Size",
        "SoftmaxCrossEntropyLoss", "Softplus", "Softsign", "SpaceToDepth", "SplitToSequence", "Sqrt", "StringNormalizer", "Sum", "Tan", "Tanh",
        "TfIdfVectorizer", "ThresholdedRelu", "Transpose", "Unique", "Where",
    ];

    private static readonly Dictionary<string, RaisingRule> ByOperator = new(
        [
            .. Kept.Select(name => KeyValuePair.Create(name, Keep)),
            .. AttributeRules.All,
            .. OperandRules.All,
            .. FormRules.All,
            .. ModeRules.All,
        ],
        StringComparer.Ordinal);

    /// <summary>How <paramref name="name"/>, an operator of ONNX's own, is raised; null where that is unknown.</summary>
    public static RaisingRule? Find(string name) => ByOperator.GetValueOrDefault(name);
}
