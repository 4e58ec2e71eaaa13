using ModelOptimizer.Onnx.Raising;
using ModelOptimizer.Tensors.Devices;

namespace ModelOptimizer.Methods.Quantization.Integer;

/// <summary>What a model needs before its layers can be rounded for integer kernels.</summary>
internal static class IntegerForm
{
    /// <summary>
    /// The same step on models in an opset that knows a scale for each channel, without BatchNormalization behind convolutions: what is rounded is the weight
    /// that runs.
    /// </summary>
    /// <param name="context">The step's.</param>
    /// <param name="position">Where the step is written.</param>
    /// <exception cref="DiagnosticException">
    /// The device is no processor (MOC2112), there is no calibration data to measure ranges on (MOC1306), or an operator cannot be written in that opset
    /// (MOC2016).
    /// </exception>
    public static StepContext Prepare(StepContext context, SourcePosition? position)
    {
        if (context.Engine.Device.Kind != DeviceCatalogue.Cpu)
        {
            throw new DiagnosticException(
                MethodCodes.NoKernels,
                $"'form: integer' is made of the integer kernels that ONNX Runtime has for processors, and this run's device is {context.Engine.Device.Kind}, "
                    + "whose convolutions it would slow down. Write 'device: cpu' where the application runs on one, or 'form: stored'.",
                position);
        }

        if (context.Calibration is null)
        {
            throw new DiagnosticException(
                MethodCodes.NoCalibration,
                "'form: integer' measures the ranges of what layers read, and the model has no calibration data. "
                    + "Add 'calibrate: { dataset: … }' to the model, or write 'form: stored'.",
                position);
        }

        var model = Fold(OpsetRaiser.Raise(context.Model, context.Shapes));
        return context with
        {
            Model = model,
            Reference = ReferenceEquals(context.Reference, context.Model) ? model : Fold(context.Reference),
        };
    }

    private static OnnxModel Fold(OnnxModel model)
    {
        var constants = new ConstantLookup(model.Graph);
        // A normalisation inside a branch or body is not always run.
        var nodes = new HashSet<NodeProto>(model.Graph.Node, ReferenceEqualityComparer.Instance);
        List<WeightLayer> layers =
        [
            .. LayerFinder.Find(model).Where(layer =>
                layer.Obstacle is null && BatchNormalization.IsFoldable(layer, constants) && nodes.Contains(layer.BatchNormalization!)),
        ];
        return layers.Count == 0 ? model : Rewrite.Apply(model, layers, (layer, rewrite) =>
        {
            var normalization = BatchNormalization.Read(layer.BatchNormalization!, constants);
            var weight = StoredWeight.Read(layer, constants[layer.Weight]);
            normalization.ScaleRows(weight);
            var bias = normalization.Bias(layer.Bias is null ? null : WeightValues.ReadDoubles(constants[layer.Bias]));
            var own = rewrite.Own(layer);
            var write = rewrite.Writer(layer);
            var node = own.Node.Clone();
            // Rules and reports know the layer by this name, also where it was its output's.
            node.Name = layer.Name;
            node.KeepInputs(1);
            node.Input.Add([write.Numbers("_folded", StoredWeight.Values(layer, weight), layer.WeightShape), write.Numbers("_bias", bias, bias.Length)]);
            node.Output[0] = own.BatchNormalization!.Output[0];
            write.NewNodes.Add(node);
            rewrite.Replace([own.Node, own.BatchNormalization], write, like: layer.Weight);
        });
    }
}
