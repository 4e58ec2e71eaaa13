namespace ModelOptimizer.Pipeline.Reports.Json;

/// <summary>A <see cref="LayerOutcome"/> as JSON.</summary>
internal sealed record LayerDocument(
    string Name,
    IReadOnlyList<int> Ranks,
    double? RelativeError,
    long ParametersBefore,
    long ParametersAfter,
    long? MacsBefore,
    long? MacsAfter,
    string? Reason,
    string? Note)
{
    public static LayerDocument Of(LayerOutcome layer) => new(
        layer.Layer,
        layer.Ranks,
        layer.RelativeError is { } error ? MetricDocument.Finite(error) : null,
        layer.ParametersBefore,
        layer.ParametersAfter,
        layer.MacsBefore,
        layer.MacsAfter,
        layer.Reason,
        layer.Note);
}
