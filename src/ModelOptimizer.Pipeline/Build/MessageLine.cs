namespace ModelOptimizer.Pipeline.Build;

/// <summary>A line of the build's log.</summary>
/// <param name="Type">Always <c>message</c>.</param>
/// <param name="Importance"><c>high</c>, <c>normal</c> or <c>low</c>.</param>
/// <param name="Text">The line.</param>
internal sealed record MessageLine(string Type, string Importance, string Text);
