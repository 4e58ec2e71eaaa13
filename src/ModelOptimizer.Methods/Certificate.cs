namespace ModelOptimizer.Methods;

/// <summary>Something that a method proves about its result, such as a duality gap.</summary>
/// <param name="Subject">The layer or block it is about.</param>
/// <param name="Name">What is certified, such as <c>duality gap</c>.</param>
/// <param name="Value">The number.</param>
/// <param name="Meaning">One sentence that says what the number proves.</param>
public sealed record Certificate(string Subject, string Name, double Value, string Meaning);
