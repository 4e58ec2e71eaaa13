namespace ModelOptimizer.Tensors.Tests.Training;

/// <summary>The optimisers as they are published, element by element in float64.</summary>
internal static class ReferenceOptimizers
{
    public static double[] Sgd(double[] start, double[][] gradients, double[] rates, double momentum, double decay)
    {
        var weights = (double[])start.Clone();
        var buffer = new double[start.Length];
        for (var step = 0; step < gradients.Length; step++)
        {
            for (var i = 0; i < weights.Length; i++)
            {
                buffer[i] = (momentum * buffer[i]) + gradients[step][i] + (decay * weights[i]);
                weights[i] -= rates[step] * buffer[i];
            }
        }

        return weights;
    }

    public static double[] AdamW(double[] start, double[][] gradients, double[] rates, double beta1, double beta2, double epsilon, double decay)
    {
        var weights = (double[])start.Clone();
        var (first, second) = (new double[start.Length], new double[start.Length]);
        for (var step = 0; step < gradients.Length; step++)
        {
            for (var i = 0; i < weights.Length; i++)
            {
                var gradient = gradients[step][i];
                first[i] = (beta1 * first[i]) + ((1 - beta1) * gradient);
                second[i] = (beta2 * second[i]) + ((1 - beta2) * gradient * gradient);
                var mean = first[i] / (1 - Math.Pow(beta1, step + 1));
                var variance = second[i] / (1 - Math.Pow(beta2, step + 1));
                weights[i] -= rates[step] * ((decay * weights[i]) + (mean / (Math.Sqrt(variance) + epsilon)));
            }
        }

        return weights;
    }
}
