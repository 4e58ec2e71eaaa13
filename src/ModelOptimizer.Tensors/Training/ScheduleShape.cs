namespace ModelOptimizer.Tensors.Training;

/// <summary>How a learning rate falls after its warm-up.</summary>
public enum ScheduleShape
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
