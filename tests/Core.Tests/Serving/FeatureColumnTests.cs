using System.Runtime.InteropServices;
using Progeny.Abstractions.Serving;
using Progeny.Core.Lifecycle;
using Progeny.Core.Serving;

namespace Progeny.Core.Tests.Serving;

public sealed class FeatureColumnTests
{
    [Fact]
    public void Floats_with_a_gap_become_NaN_in_the_tensor()
    {
        var column = new FeatureColumn(ServedManifests.Number("x", nullable: true), 1);
        column.EnsureCapacity(3);
        column.Set(0, 1.5).ShouldBeNull();
        column.Set(2, 3L).ShouldBeNull();
        var tensor = column.ToTensor(3);
        tensor.Type.ShouldBe(DataType.Fp32);
        tensor.Shape.ShouldBe([3, 1]);
        MemoryMarshal.Cast<byte, float>(tensor.Data.Span).ToArray().ShouldBe([1.5f, float.NaN, 3]);
        column.Present.ShouldBe(2);
        column.Get(1).ShouldBeNull();
    }

    [Fact]
    public void Nullable_integers_travel_as_floats_and_are_kept_exact()
    {
        var column = new FeatureColumn(ServedManifests.Integer("n", nullable: true), 2);
        column.Set(0, 9_007_199_254_740_993L).ShouldBeNull();
        column.Get(0).ShouldBe(9_007_199_254_740_993L);
        var tensor = column.ToTensor(2);
        tensor.Type.ShouldBe(DataType.Fp32);
        MemoryMarshal.Cast<byte, float>(tensor.Data.Span).ToArray().ShouldBe([9_007_199_254_740_993f, float.NaN]);
    }

    [Fact]
    public void Booleans_are_bytes_or_where_nullable_floats()
    {
        var required = new FeatureColumn(new Feature { Name = "b", Type = FeatureType.Bool }, 2);
        required.Set(0, true);
        required.Set(1, 0L);
        required.ToTensor(2).Data.ToArray().ShouldBe([1, 0]);
        var nullable = new FeatureColumn(new Feature { Name = "b", Type = FeatureType.Bool, Nullable = true }, 2);
        nullable.Set(1, true);
        MemoryMarshal.Cast<byte, float>(nullable.ToTensor(2).Data.Span).ToArray().ShouldBe([float.NaN, 1]);
        nullable.Get(1).ShouldBe(true);
    }

    [Fact]
    public void Strings_with_a_gap_become_empty_in_the_tensor()
    {
        var column = new FeatureColumn(ServedManifests.Category("c", nullable: true), 4);
        column.Set(1, "a").ShouldBeNull();
        column.ToTensor(2).Strings.ShouldBe(["", "a"]);
    }

    [Fact]
    public void Augmented_values_are_told_apart_also_where_nothing_was_found()
    {
        var column = new FeatureColumn(ServedManifests.Number("x", nullable: true), 3);
        column.Set(0, 1.0);
        column.Augment(1, 2.0).ShouldBeNull();
        column.Augment(2, null).ShouldBeNull();
        Enumerable.Range(0, 3).Select(column.IsAugmented).ShouldBe([false, true, true]);
        column.IsMissing(2).ShouldBeTrue();
    }

    [Theory]
    [InlineData(double.NaN, "a value is required")]
    [InlineData(double.PositiveInfinity, "Infinity is out of the range of a 32-bit float")]
    [InlineData(1e300, "1E+300 is out of the range of a 32-bit float")]
    [InlineData("7", "the text '7' is not a number")]
    [InlineData(true, "true is not a number")]
    [InlineData('c', "a Char is not a value that a feature can have")]
    public void Value_that_is_no_float_is_refused(object value, string message)
    {
        var column = new FeatureColumn(ServedManifests.Number("x"), 1);
        column.Set(0, value).ShouldNotBeNull().ShouldContain(message);
        column.IsMissing(0).ShouldBeTrue();
    }

    [Theory]
    [InlineData(0.5, "0.5 is not an integer")]
    [InlineData(double.NaN, "NaN is not an integer")]
    [InlineData(1e19, "1E+19 is too large to be exact; an integer in digits, from -9223372036854775808 to 9223372036854775807, would be right")]
    [InlineData(-1L, "-1 is below the least value allowed, 0")]
    public void Value_that_is_no_integer_is_refused(object value, string message) =>
        new FeatureColumn(ServedManifests.Integer("n") with { Min = 0 }, 1).Set(0, value).ShouldBe(message);
}
