namespace ModelOptimizer.Tensors.Training;

/// <summary>The learning rate at every step of a training.</summary>
/// <param name="Peak">The highest rate.</param>
/// <param name="Shape">How it falls.</param>
/// <param name="WarmUp">The share of all steps, from 0 to 1, in which the rate rises in a straight line to <paramref name="Peak"/>.</param>
internal sealed record LearningRate(double Peak, ScheduleShape Shape = ScheduleShape.Constant, double WarmUp = 0)
{
    /// <summary>The rate at <paramref name="step"/>, from 0, of <paramref name="steps"/>.</summary>
    public double At(long step, long steps)
    {
        var rising = (long)Math.Round(WarmUp * steps);
        if (step < rising)
        {
            return Peak * (step + 1) / (rising + 1);
        }

        var passed = (double)(step - rising) / Math.Max(1, steps - rising);
        return Peak * Shape switch
        {
            ScheduleShape.Cosine => (1 + Math.Cos(Math.PI * passed)) / 2,
            ScheduleShape.Linear => 1 - passed,
            ScheduleShape.Step => passed < 0.5 ? 1 : passed < 0.75 ? 0.1 : 0.01,
            _ => 1,
        };
    }
}

/// <summary>How a learning rate falls after its warm-up.</summary>
internal enum ScheduleShape
{
    /// <summary>Not at all.</summary>
    Constant,

    /// <summary>Half a cosine wave, to zero.</summary>
    Cosine,

    /// <summary>A straight line, to zero.</summary>
    Linear,

    /// <summary>To a tenth after half of the steps, and to a hundredth after three quarters.</summary>
    Step,
}
